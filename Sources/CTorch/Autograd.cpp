#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>

#include "Handles.h"

GuardedStatus mvt_set_requires_gradient(MVTTensor* tensor, bool requires_gradient) {
  return mvt::run([&] { tensor->value.set_requires_grad(requires_gradient); });
}

GuardedStatus mvt_backward(const MVTTensor* tensor) {
  return mvt::run([&] { tensor->value.backward(); });
}

GuardedStatus mvt_gradient(const MVTTensor* tensor, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor& gradient = tensor->value.grad();
    *result = gradient.defined() ? new MVTTensor(gradient) : nullptr;
  });
}

GuardedStatus mvt_clear_gradients(MVTTensor* const* tensors, int64_t count) {
  return mvt::run([&] {
    for (int64_t index = 0; index < count; ++index) tensors[index]->value.mutable_grad().reset();
  });
}

bool mvt_set_recording(bool recording) {
  const bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(recording);
  return previous;
}

bool mvt::autocasts() {
  const bool cuda = mvt::device().is_cuda();
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(cuda ? at::kCUDA : at::kCPU);
#else
  return cuda ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
#endif
}

namespace {

MVTElement autocast_element(bool cuda) {
  if (!mvt::autocasts()) return MVTFloat32;
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const at::ScalarType type = at::autocast::get_autocast_dtype(cuda ? at::kCUDA : at::kCPU);
#else
  const at::ScalarType type = cuda ? at::autocast::get_autocast_gpu_dtype() : at::autocast::get_autocast_cpu_dtype();
#endif
  return type == at::kHalf ? MVTFloat16 : MVTBFloat16;
}

}  // namespace

GuardedStatus mvt_set_autocast(MVTElement element, MVTElement* previous) {
  return mvt::run([&] {
    const bool cuda = mvt::device().is_cuda(), enabled = element != MVTFloat32;
    TORCH_CHECK(!enabled || element == MVTBFloat16 || (element == MVTFloat16 && cuda),
                "products of such an element are not made here");
    *previous = autocast_element(cuda);
    const at::ScalarType type = element == MVTFloat16 ? at::kHalf : at::kBFloat16;
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    const at::DeviceType device = cuda ? at::kCUDA : at::kCPU;
    if (enabled) at::autocast::set_autocast_dtype(device, type);
    at::autocast::set_autocast_enabled(device, enabled);
#else
    if (cuda) {
      if (enabled) at::autocast::set_autocast_gpu_dtype(type);
      at::autocast::set_enabled(enabled);
    } else {
      if (enabled) at::autocast::set_autocast_cpu_dtype(type);
      at::autocast::set_cpu_enabled(enabled);
    }
#endif
    if (!enabled) at::autocast::clear_cache();
  });
}
