#ifndef CTORCH_RUNTIME_H
#define CTORCH_RUNTIME_H

#include <stdbool.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What keeps libtorch from being used.
typedef enum MVTLack {
  MVTLackNothing = 0,
  /// There is none.
  MVTLackLibrary = 1,
  /// It is of a version that this program was not built for.
  MVTLackVersion = 2,
  /// The system cannot load it.
  MVTLackLoading = 3,
} MVTLack;

/// The libtorch that a process uses, or why it has none; texts live as long as the process, and may be empty.
typedef struct MVTSearch {
  MVTLack lack;
  /// The folder that it lies in.
  const char* place;
  /// Its version.
  const char* version;
  /// The versions that this program was built for, separated by a comma and a blank.
  const char* versions;
  /// The system's words.
  const char* cause;
} MVTSearch;

/// Looks for libtorch, before any other function here is called.
///
/// A program that is linked with it has it; one that is made to be used with several versions loads it now.
MVTSearch mvt_search(void);

/// The version of libtorch, for example 1.13.1.
const char* mvt_version(void);

/// Lets the C library keep freed memory for the next allocation, for the whole process.
void mvt_keep_freed_memory(void);

/// The threads that one operation may use: libtorch's own, and those of the OpenBLAS under it.
GuardedStatus mvt_set_threads(int threads);
int mvt_threads(void);

/// The threads of the last mvt_set_threads, on whichever thread it was called; 1 before.
int mvt_chosen_threads(void);

/// Lets libgomp's threads sleep at once where they wait for each other, or as at first after GOMP_SPINCOUNT's while.
///
/// Sums do not depend on it. It is without effect under other OpenMP libraries.
GuardedStatus mvt_wait_briefly(bool briefly);

/// Whether this processor multiplies bfloat16 in hardware; without that, libtorch emulates it, many times slower.
bool mvt_fast_bfloat16(void);

/// Whether convolutions may go in blocks of 16 channels now: float32, the CPU, AVX-512 and a build with oneDNN.
bool mvt_has_channel_blocks(void);

#ifdef __cplusplus
}
#endif

#endif
