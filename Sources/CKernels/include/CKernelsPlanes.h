#ifndef CKERNELS_PLANES_H
#define CKERNELS_PLANES_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Separates the channels of an image, 1 or 3, into planes of (value - mean) / deviation.
///
/// There is one mean and one deviation per channel. Bytes are divided by 255 first. Every step is rounded to single
/// precision, as libraries that work on such arrays do.
void mvk_planes(const mvk_image* image, const float* means, const float* deviations, float* planes);

/// The mean of `count` values and the root of their mean squared distance from it, summed in double precision.
void mvk_moments(const float* values, size_t count, double* mean, double* deviation);

#ifdef __cplusplus
}
#endif

#endif
