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
/// either. With a group, the batch is that of all its ranks.
at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu,
                      MVTGroup* group = nullptr);

}  // namespace mvt::channels_last
