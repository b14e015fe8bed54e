#include "CGuarded.h"

#include <string>

namespace {
thread_local std::string last_message;
}

const char* guarded_last_message(void) { return last_message.c_str(); }

void guarded_set_message(const char* message) {
  try {
    last_message = message ? message : "";
  } catch (...) {
    last_message.clear();  // no memory for the message: an empty one is still safe to read
  }
}
