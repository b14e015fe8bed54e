#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <malloc.h>

#include <limits>

#include "ChannelBlocks/ChannelBlocks.h"
#include "Handles.h"
#include "Parallel.h"

namespace {
std::atomic<int> cuda_number{-1};
}

namespace mvt {
at::Device device() {
  const int number = cuda_number.load(std::memory_order_relaxed);
  return number < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(number));
}

void keep_first_line() noexcept {
  try {
    // Some of libtorch's messages begin with an empty line.
    const std::string message = guarded_last_message();
    const size_t start = std::min(message.find_first_not_of(" \t\r\n"), message.size());
    guarded_set_message(message.substr(start, message.find_first_of("\r\n", start) - start).c_str());
  } catch (...) {
    guarded_set_message("out of memory");
  }
}
}  // namespace mvt

MVTSearch mvt_search(void) { return {MVTLackNothing, "", TORCH_VERSION, TORCH_VERSION, ""}; }

const char* mvt_version(void) { return TORCH_VERSION; }

GuardedStatus mvt_set_threads(int threads) {
  return mvt::run([&] {
    at::set_num_threads(threads);
    mvt::choose_threads(threads);
    // Debian's libtorch multiplies matrices with OpenBLAS, which counts its threads itself; other builds have none.
    using Setter = void (*)(int);
    if (auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
  });
}

GuardedStatus mvt_wait_briefly(bool briefly) {
  return mvt::run([&] { mvt::wait_briefly(briefly); });
}

void mvt_keep_freed_memory(void) {
#ifdef M_MMAP_MAX
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

int mvt_chosen_threads(void) { return mvt::chosen_threads(); }

int mvt_threads(void) { return at::get_num_threads(); }

bool mvt_fast_bfloat16(void) {
#if defined(__x86_64__)
  unsigned int eax, ebx, ecx, edx;
  // CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX-BF16 bit 22 of EDX in subleaf 0.
  __asm__("cpuid" : "=a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx) : "a"(7), "c"(0));
  if (edx & (1u << 22)) return true;
  if (eax < 1) return false;
  __asm__("cpuid" : "=a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx) : "a"(7), "c"(1));
  return (eax & (1u << 5)) != 0;
#else
  return false;
#endif
}

bool mvt_has_channel_blocks(void) {
  try {
    return mvt::blocks::available();
  } catch (...) {
    return false;
  }
}

bool mvt_has_cuda(void) {
  try {
    return at::hasCUDA() && at::detail::getCUDAHooks().getNumGPUs() > 0;
  } catch (...) {
    return false;
  }
}

GuardedStatus mvt_use_cuda(int number) {
  return mvt::run([&] {
    TORCH_CHECK(number < 0 || mvt_has_cuda(), "libtorch finds no CUDA device");
    cuda_number.store(number < 0 ? -1 : number % at::detail::getCUDAHooks().getNumGPUs(), std::memory_order_relaxed);
  });
}
