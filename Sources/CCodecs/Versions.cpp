#include <cstdio>
#include <cstring>

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>

#include "CCodecs.h"

#define MV_TEXT_OF(value) #value
#define MV_TEXT(value) MV_TEXT_OF(value)

const char* mv_codec_versions(void) {
  static char text[128];
  static const bool made = [] {
    // "LIBTIFF, Version 4.5.0", and lines of copyright.
    const char* tiff = std::strstr(TIFFGetVersion(), "Version ");
    tiff = tiff ? tiff + std::strlen("Version ") : "";
    const int webp = WebPGetDecoderVersion();
    std::snprintf(text, sizeof text, "libjpeg-turbo %s, libpng %s, libtiff %.*s, libwebp %d.%d.%d",
                  MV_TEXT(LIBJPEG_TURBO_VERSION), png_get_libpng_ver(nullptr),
                  static_cast<int>(std::strcspn(tiff, "\n")), tiff, webp >> 16, webp >> 8 & 255, webp & 255);
    return true;
  }();
  return made ? text : "";
}
