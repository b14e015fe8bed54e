#ifndef CKERNELS_CONVERSION_H
#define CKERNELS_CONVERSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Widens `count` IEEE binary16 values; exact. `source` may be unaligned.
void mvk_float16_to_float32(const void* source, float* target, size_t count);

/// Narrows `count` values to IEEE binary16, to nearest even; beyond 65504 becomes infinite. `target` may be unaligned.
void mvk_float32_to_float16(const float* source, void* target, size_t count);

#ifdef __cplusplus
}
#endif

#endif
