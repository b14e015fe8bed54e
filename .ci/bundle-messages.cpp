// In a library that libtorch is reached by, in the place of CGuarded.cpp: messages are kept by the program that loads
// it.
#include "CGuarded.h"

namespace {
const char* (*last)(void);
void (*keep)(const char*);
}  // namespace

const char* guarded_last_message(void) { return last(); }

void guarded_set_message(const char* message) { keep(message); }

extern "C" void mvmr_torch_begin(const char* (*last_message)(void), void (*set_message)(const char*)) {
  last = last_message;
  keep = set_message;
}
