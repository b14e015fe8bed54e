// Layers on values whose channels are fastest in memory, of bfloat16 mostly.
#pragma once

#include "../Ranks/Ranks.h"

namespace mvt::channels_last {

/// Whether the normalization below is that of such values in one process: bfloat16 on the processor.
///
/// They are N x C x H x W with channels fastest, or N x C, channels in sixteens.
bool suits(const at::Tensor& map);

/// Whether it takes them at all: the same of float32, too, and maps in blocks, N x C/16 x H x W x 16.
bool takes(const at::Tensor& map);

/// Batch normalization by the statistics of the batch, and the rectifier where `relu`; updates the running statistics.
///
/// libtorch's own converts every value of bfloat16 to float32 in memory's order several times over, and keeps what went
/// into the rectifier. Statistics are summed in pieces whose number does not follow the threads: the bits do not
/// either. `views` equal parts of the batch, one after the other, have statistics each. With a group, a view is that of
/// all its ranks, which exchange the statistics of all views at once.
at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu, int64_t views = 1,
                      MVTGroup* group = nullptr);

// libtorch makes the gradients of the next three N x C x H x W whatever their maps are, and then goes through those of
// every layer below value by value.

/// The sum of two maps, 0 where it is below: the end of a residual block.
at::Tensor rectified_sum(const at::Tensor& left, const at::Tensor& right);

/// Every `stride`-th pixel of every `stride`-th row of N x C x H x W, in the map's own order.
at::Tensor sparse_pixels(const at::Tensor& map, int64_t stride);

/// The mean of all pixels, N x C.
at::Tensor mean_of_pixels(const at::Tensor& map);

}  // namespace mvt::channels_last
