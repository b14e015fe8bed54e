#include <sys/auxv.h>

#include "CCommandLine.h"

namespace {
int word_count = 0;
const char* const* words = nullptr;

// glibc gives what a program is started with to what runs before it, in the program and in its libraries.
__attribute__((constructor)) void keep(int count, char** given, char**) {
  word_count = count;
  words = given;
}
}  // namespace

const char* const* mvcl_started_with(int* count) {
  *count = word_count;
  return words;
}

const char* mvcl_started_program(void) { return reinterpret_cast<const char*>(getauxval(AT_EXECFN)); }
