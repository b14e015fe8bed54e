#ifndef CKERNELS_FINITE_H
#define CKERNELS_FINITE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The index of the first of `count` values whose magnitude is not at most `largest` (NaN never is); `count` where all
/// are. `values` may be unaligned.
size_t mvk_first_beyond(const void* values, size_t count, float largest);

/// The index of the first of `count` IEEE binary16 values that is infinite or NaN; `count` where none is.
/// `values` may be unaligned.
size_t mvk_first_not_finite_float16(const void* values, size_t count);

#ifdef __cplusplus
}
#endif

#endif
