// The way out of C libraries that report errors by longjmp, without skipping a destructor.
#ifndef JUMP_H
#define JUMP_H

#include <csetjmp>

#include "Codec.h"

namespace codecs {

/// Where a library's error handler leaves its words before it jumps.
struct Jump {
  std::jmp_buf place;
  MVCodecProblem problem = MVCodecDamaged;
  char words[256] = "";
};

/// Runs `body`, which calls the library; a jump out of it becomes a Failure.
///
/// A jump leaves `body` at once: so `body`, and the handlers that the library calls, must own nothing that a destructor
/// frees. What they need stands in the object that calls this, or in its caller's frame.
template <typename Body>
void jumping(Jump& jump, const Body& body) {
  jump.problem = MVCodecDamaged;
  if (setjmp(jump.place) != 0) fail(jump.problem, jump.words);
  body();
}

}  // namespace codecs

#endif
