// Layers on bfloat16 values whose channels are fastest in memory.
#pragma once

#include "../Handles.h"

namespace mvt::channels_last {

/// Whether the normalization below takes such values: bfloat16 on the processor, N x C x H x W with channels fastest or
/// N x C, channels in sixteens.
bool suits(const at::Tensor& map);

/// Batch normalization by the statistics of the batch, and the rectifier where `relu`; updates the running statistics.
///
/// libtorch's own converts every value to float32 in memory's order several times over, and keeps what went into the
/// rectifier. Statistics are summed in pieces whose number does not follow the threads: the bits do not either.
at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu);

}  // namespace mvt::channels_last
