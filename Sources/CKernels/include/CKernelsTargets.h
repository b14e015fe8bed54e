#ifndef CKERNELS_TARGETS_H
#define CKERNELS_TARGETS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The instruction sets of this machine that the kernels are compiled for, one bit each, as Highway numbers them.
int64_t mvk_targets(void);

/// For tests: makes the kernels use the best of these instruction sets only; 0 goes back to all.
void mvk_force_targets(int64_t targets);

#ifdef __cplusplus
}
#endif

#endif
