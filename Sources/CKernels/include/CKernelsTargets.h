#ifndef CKERNELS_TARGETS_H
#define CKERNELS_TARGETS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The instruction sets of this machine that the kernels are compiled for, one bit each, as Highway numbers them.
int64_t mvk_targets(void);

/// The name of one of those bits.
const char* mvk_target_name(int64_t target);

#ifdef __cplusplus
}
#endif

#endif
