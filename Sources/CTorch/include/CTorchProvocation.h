// For the tests alone.
#ifndef CTORCH_PROVOCATION_H
#define CTORCH_PROVOCATION_H

#include <stdbool.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What `mvt_provoke` throws.
typedef enum MVTProvocation {
  MVTProvokeTorch = 0,
  MVTProvokeMemory = 1,
  MVTProvokeStandard = 2,
  MVTProvokeUnknown = 3
} MVTProvocation;

/// Throws inside the guard, so that tests see each kind of exception come out as a status.
GuardedStatus mvt_provoke(MVTProvocation provocation);

/// Lets the processor compute for this thread as other devices do, by libtorch's operations alone.
void mvt_forbid_loops(bool forbidden);

#ifdef __cplusplus
}
#endif

#endif
