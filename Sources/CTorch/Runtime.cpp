#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>

#include <limits>

#include "ChannelBlocks/ChannelBlocks.h"
#include "Handles.h"
#include "Parallel.h"

namespace mvt {
bool is_out_of_memory(const c10::Error& error) noexcept {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
  const std::string message = error.what_without_backtrace();
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  // The processor's allocator, CUDA itself, and its libraries, whose errors are of no type of their own.
  return (says("DefaultCPUAllocator: ") && says("allocate memory")) || says("CUDA error: out of memory") ||
         says("CUBLAS_STATUS_ALLOC_FAILED") || says("CUDNN_STATUS_ALLOC_FAILED");
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
