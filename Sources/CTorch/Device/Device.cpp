#include "Device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 13)
// Of a version that tells of a device's memory, and has precisions by name.
#define MVMR_RECENT
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include <cstdlib>

namespace {

std::atomic<int> cuda_number{-1};

/// Sets what libtorch's layers and products do on a device.
void choose_algorithms(bool deterministic) {
  at::Context& context = at::globalContext();
  // Convolutions would otherwise be of TF32, with 10 bits behind the point.
#ifdef MVMR_RECENT
  context.setFloat32Precision(at::Float32Backend::CUDA, at::Float32Op::ALL, at::Float32Precision::IEEE);
#else
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
#endif
  context.setBenchmarkCuDNN(!deterministic);
  context.setDeterministicCuDNN(deterministic);
  // Not setDeterministicAlgorithms: that is for indexing and the like, which no step does, and would warn in each of
  // max-pooling, which has no such algorithm.
  // Products of cuBLAS are so with a workspace of a fixed size only; it reads this when it is first used.
  if (deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
}

#ifdef MVMR_RECENT
/// What hands out the memory of the device in use; null for the processor, and where nothing was asked of it yet.
c10::DeviceAllocator* allocator_in_use() {
  const at::Device device = mvt::device();
  if (device.is_cpu()) return nullptr;
  c10::DeviceAllocator* allocator = c10::getDeviceAllocator(device.type());
  return allocator->initialized() ? allocator : nullptr;
}
#endif

}  // namespace

namespace mvt {
at::Device device() {
  const int number = cuda_number.load(std::memory_order_relaxed);
  return number < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number));
}
}  // namespace mvt

int mvt_cuda_count(void) {
  try {
    return at::hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0;
  } catch (...) {
    return 0;
  }
}

GuardedStatus mvt_use_cuda(int number, bool deterministic) {
  return mvt::run([&] {
    TORCH_CHECK(number < mvt_cuda_count(), "libtorch finds ", mvt_cuda_count(), " CUDA devices");
    if (number >= 0) choose_algorithms(deterministic);
    cuda_number.store(number < 0 ? -1 : number, std::memory_order_relaxed);
  });
}

int mvt_device_number(void) { return cuda_number.load(std::memory_order_relaxed); }

bool mvt_device_bfloat16(void) {
  try {
    return mvt::device().is_cuda() && at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  } catch (...) {
    return false;
  }
}

GuardedStatus mvt_device_memory(MVTDeviceMemory* result) {
  return mvt::run([&] {
    *result = {0, 0, 0};
#ifdef MVMR_RECENT
    c10::DeviceAllocator* allocator = allocator_in_use();
    if (allocator == nullptr) return;
    const at::DeviceIndex number = mvt::device().index();
    const auto statistics = allocator->getDeviceStats(number);
    const auto& bytes = statistics.allocated_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
    const auto total = allocator->getMemoryInfo(number).second;
    *result = {bytes.current, bytes.peak, static_cast<int64_t>(total)};
#endif
  });
}

GuardedStatus mvt_forget_peak(void) {
  return mvt::run([&] {
#ifdef MVMR_RECENT
    c10::DeviceAllocator* allocator = allocator_in_use();
    if (allocator == nullptr) return;
    allocator->emptyCache();
    allocator->resetPeakStats(mvt::device().index());
#endif
  });
}
