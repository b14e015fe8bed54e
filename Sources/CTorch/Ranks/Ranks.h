// What the files of this shim do with a group of processes. Values are on the processor, and as many on every rank.
#pragma once

#include <string>

#include "../Handles.h"

namespace mvt::ranks {

/// The ranks of a group.
int size(const MVTGroup& group);

/// This process's rank.
int rank(const MVTGroup& group);

/// The values of every rank, along a new first axis. Throws where a rank has ended.
at::Tensor gathered(MVTGroup& group, const at::Tensor& values);

/// Adds up over the ranks, in place. Throws where a rank has ended.
void add_up(MVTGroup& group, at::Tensor values);

/// Batch normalization by the statistics of the batches of all ranks; otherwise as mvt_batch_norm.
at::Tensor batch_norm(MVTGroup& group, const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias,
                      at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon, bool relu,
                      int64_t views);

}  // namespace mvt::ranks
