#include "Parallel.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <exception>
#include <mutex>

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

namespace {
/// One thread for what is called on this thread, as long as it lives.
class OneThread {
 public:
  // libtorch sets a thread's number when it first asks for it, so that is done first.
  OneThread() : before_(at::get_num_threads()) { set(1); }
  ~OneThread() { set(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  // OpenMP keeps the number for each thread; at::set_num_threads would change OpenBLAS's as well, which is one for all.
  static void set(int threads) {
    using Setter = void (*)(int);
    static const auto setter = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (setter) setter(threads);
  }
  int before_;
};
}  // namespace

void in_pieces(int64_t pieces, const std::function<void(int64_t)>& body) {
  std::exception_ptr failure;
  std::mutex mutex;
  parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    try {
      const OneThread alone;
      for (int64_t piece = begin; piece < end; ++piece) body(piece);
    } catch (...) {
      const std::lock_guard<std::mutex> guard(mutex);
      if (!failure) failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mvt
