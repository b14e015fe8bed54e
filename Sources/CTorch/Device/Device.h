// What is done otherwise where tensors are not in the processor's own memory.
#pragma once

#include <functional>

#include "../Handles.h"

namespace mvt {

/// Whether loops of this shim may go over the tensor's memory. Otherwise libtorch's own operations compute the same.
bool by_loops(const at::Tensor& tensor);

/// Lets loops of this thread go over no tensor, so that tests compare both ways on the processor.
void forbid_loops(bool forbidden);

/// What `body` makes, on the device that tensors are made on, of a copy of a tensor of the processor.
///
/// On a CUDA device, copy and body run beside what the device has been told before, on a stream of their own, and what
/// it is told afterwards waits for them. The copy goes through pinned memory, so that this thread does not wait.
at::Tensor sent(const at::Tensor& tensor, const std::function<at::Tensor(const at::Tensor&)>& body);

/// The copy itself.
at::Tensor sent(const at::Tensor& tensor);

}  // namespace mvt
