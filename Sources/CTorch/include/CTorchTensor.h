#ifndef CTORCH_TENSOR_H
#define CTORCH_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// An at::Tensor: values, shape, and its place in the graph of gradients.
typedef struct MVTTensor MVTTensor;

/// The element types used here.
typedef enum MVTElement { MVTFloat32 = 0, MVTBFloat16 = 1, MVTFloat64 = 2, MVTOther = 3, MVTFloat16 = 4 } MVTElement;

/// The number of handles that have been made and not freed.
int64_t mvt_live_handles(void);

/// Frees a handle; null is allowed.
void mvt_tensor_free(MVTTensor* tensor);

/// A float32 tensor of `shape` holding a copy of `values`.
GuardedStatus mvt_tensor_from_floats(const float* values, const int64_t* shape, int rank, MVTTensor** result);

/// A float32 tensor of `shape`, every value `value`.
GuardedStatus mvt_tensor_full(double value, const int64_t* shape, int rank, MVTTensor** result);

/// Zeros of the shape, type and memory layout of `tensor`.
GuardedStatus mvt_tensor_zeros_like(const MVTTensor* tensor, MVTTensor** result);

/// A float32 batch N x C x H x W of (value / 255 - mean) / deviation, from N x H x W x C bytes.
/// `channels_last` keeps the bytes' own order in memory.
GuardedStatus mvt_tensor_from_images(const uint8_t* pixels, int64_t count, int64_t height, int64_t width,
                                     int64_t channels, const float* mean, const float* deviation, bool channels_last,
                                     MVTTensor** result);

/// The number of axes.
int mvt_tensor_rank(const MVTTensor* tensor);

/// Writes the length of each axis.
void mvt_tensor_shape(const MVTTensor* tensor, int64_t* shape);

/// What one element is.
MVTElement mvt_tensor_element(const MVTTensor* tensor);

/// Copies the values, as float32 and in C order whatever the memory layout, to `values`, which holds `count`.
GuardedStatus mvt_tensor_copy_to(const MVTTensor* tensor, float* values, int64_t count);

/// Overwrites the values, in place and outside the graph of gradients, with `count` floats in C order.
GuardedStatus mvt_tensor_copy_from(MVTTensor* tensor, const float* values, int64_t count);

/// Whether every value is finite.
GuardedStatus mvt_tensor_all_finite(const MVTTensor* tensor, bool* result);

#ifdef __cplusplus
}
#endif

#endif
