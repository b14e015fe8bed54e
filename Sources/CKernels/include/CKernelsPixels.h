#ifndef CKERNELS_PIXELS_H
#define CKERNELS_PIXELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The index of the first value that is not within -`limit`...`limit` (NaN is not), or `count`.
size_t mvk_first_beyond(const float* values, size_t count, float limit);

#ifdef __cplusplus
}
#endif

#endif
