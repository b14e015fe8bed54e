// Layers on maps in blocks of 16 channels, N x C/16 x H x W x 16, by oneDNN itself: libtorch's own calls of it take
// neither Winograd's algorithm nor a rectifier within the normalization, and blocks are what those are written for.
#pragma once

#include "Handles.h"

namespace mvt::blocks {

/// Channels of a block.
constexpr int64_t width = 16;

/// Whether this build and processor have the layers below, and tensors are made on it in float32.
bool available();

/// Whether products on this thread are in bfloat16 now, on a processor and in a build that have fast ones.
bool multiplies_bfloat16();

/// Whether a map is in blocks.
inline bool holds(const at::Tensor& map) { return map.dim() == 5; }

/// The convolution of a map, in blocks or N x C x H x W, with O x C x K x K, in blocks.
at::Tensor convolution(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding);

/// Whether a 3 x 3 convolution is faster as products of matrices, one for each of the nine taps.
///
/// It is for a map in blocks of at most 2 x 2 pixels, where most taps fall on the padding, and in bfloat16 for one of
/// up to 4 x 4 pixels, whose weight gradient is slow in oneDNN 2.6.
bool suits_tap_products(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding);

/// The convolution of stride 1 and padding 1 that suits it, in blocks or channels-last; sums are in float32.
at::Tensor tap_products(const at::Tensor& map, const at::Tensor& weight);

/// Whether the gradient of the weight is to be computed in pieces of the batch: in bfloat16.
bool suits_pieces(const at::Tensor& map, const at::Tensor& weight);

/// libtorch's convolution, whose gradient of the weight is the sum of those of as many pieces of the batch as threads.
at::Tensor convolution_in_pieces(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding);

/// Batch normalization by the statistics of each of `views` equal parts of the batch, and the rectifier where `relu`;
/// updates the running statistics.
at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu, int64_t views);

/// The largest value of squares.
at::Tensor max_pool(const at::Tensor& map, int64_t kernel, int64_t stride, int64_t padding);

}  // namespace mvt::blocks
