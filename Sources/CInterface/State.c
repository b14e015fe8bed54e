#include "CInterfaceState.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { message_size = 4096 };

static _Thread_local char message[message_size];
static _Thread_local int64_t message_row = -1;

void mvi_set_error(const char* text, int64_t row) {
  static const char cut[] = "...";
  size_t length = strlen(text);
  const int fits = length < message_size;
  if (!fits) {
    length = message_size - sizeof cut;
    // Not in the middle of a character.
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) --length;
  }
  memcpy(message, text, length);
  memcpy(message + length, fits ? "" : cut, fits ? 1 : sizeof cut);
  message_row = row;
}

const char* mvi_error_message(void) { return message; }
int64_t mvi_error_row(void) { return message_row; }

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
// Written by the only thread of a new process, before anything else runs there.
static int64_t generation = 0;

int64_t mvi_generation(void) { return generation; }
void mvi_lock(void) { pthread_mutex_lock(&mutex); }
void mvi_unlock(void) { pthread_mutex_unlock(&mutex); }

static void in_child(void) {
  ++generation;
  mvi_unlock();
}

__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(mvi_lock, mvi_unlock, in_child); }

struct start {
  void (*body)(void*);
  void* context;
};

static void* run(void* argument) {
  const struct start start = *(struct start*)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

int32_t mvi_start_thread(void (*body)(void*), void* context) {
  struct start* start = malloc(sizeof *start);
  if (!start) return -1;
  start->body = body;
  start->context = context;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int status = pthread_create(&thread, &attributes, run, start);
  pthread_attr_destroy(&attributes);
  if (status != 0) free(start);
  return status;
}
