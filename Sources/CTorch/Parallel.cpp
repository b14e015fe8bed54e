#include "Parallel.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace mvt {

int loop_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }

void on_threads(int threads, void (*body)(void*), void* context) {
  // What a compiler makes of `#pragma omp parallel`, in the libgomp that libtorch has loaded.
  using Start = void (*)(void (*)(void*), void*, unsigned, unsigned);
  static const auto start = reinterpret_cast<Start>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  if (start) {
    start(body, context, static_cast<unsigned>(threads), 0);
  } else {
    body(context);
  }
}

}  // namespace mvt
