#ifndef SYSTEM_CURL_SHIM_H
#define SYSTEM_CURL_SHIM_H

#include <curl/curl.h>

// libcurl's options are set by a variadic function, which Swift cannot import: one function per kind of value instead.
static inline CURLcode mv_curl_set_long(CURL* handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode mv_curl_set_offset(CURL* handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode mv_curl_set_text(CURL* handle, CURLoption option, const char* value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode mv_curl_set_pointer(CURL* handle, CURLoption option, void* value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode mv_curl_set_writer(CURL* handle, size_t (*writer)(char*, size_t, size_t, void*)) {
  return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
}
// Called about once a second, also while nothing comes; a result other than 0 ends the transfer.
static inline CURLcode mv_curl_set_watcher(CURL* handle,
                                           int (*watcher)(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watcher);
}
static inline long mv_curl_status(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
static inline curl_off_t mv_curl_length(CURL* handle) {
  curl_off_t length = -1;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  return length;
}

#endif
