#ifndef CKERNELS_DCT_H
#define CKERNELS_DCT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of scratch memory one plane of this size needs, aligned to 128.
size_t mvk_dct_scratch(size_t height, size_t width, size_t down, size_t across);

/// The first `down` x `across` coefficients of the cosine transform of a plane, by two products of matrices.
///
/// `vertical` holds, for each of the `down` frequencies, its first (height + 1) / 2 samples, factors included:
/// the other half mirrors them, with the sign changed for odd frequencies. `horizontal` likewise for the width.
void mvk_dct(const float* plane, size_t height, size_t width, const float* vertical, size_t down,
             const float* horizontal, size_t across, float* coefficients, void* scratch);

#ifdef __cplusplus
}
#endif

#endif
