#include "Parallel.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace mvt {

int loop_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }

namespace {
/// What a compiler makes of `#pragma omp parallel`, in the libgomp that libtorch has loaded; null without one.
auto parallel_region() {
  using Start = void (*)(void (*)(void*), void*, unsigned, unsigned);
  static const auto start = reinterpret_cast<Start>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  return start;
}

std::atomic<int> chosen{1};

/// The processors that libgomp counts: those that the process may run on.
int processors() {
  using Counter = int (*)();
  static const auto counter = reinterpret_cast<Counter>(dlsym(RTLD_DEFAULT, "omp_get_num_procs"));
  return counter ? counter() : 1;
}

/// Makes libgomp hold more threads than there are processors, as long as it lives.
///
/// libgomp then lets its threads sleep where they wait, which it decides at each wait (`gomp_managed_threads` in its
/// wait.h); the count of GOMP_SPINCOUNT, which it reads once, cannot be changed otherwise. The threads that it is made
/// to hold sleep: the team of a thread that does nothing.
class SurplusThreads {
 public:
  explicit SurplusThreads(int count)
      : owner_([this, count] {
          if (const auto start = parallel_region()) start([](void*) {}, nullptr, static_cast<unsigned>(count), 0);
          std::unique_lock<std::mutex> lock(mutex_);
          ended_.wait(lock, [this] { return ends_; });
        }) {}
  ~SurplusThreads() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ends_ = true;
    }
    ended_.notify_one();
    owner_.join();
  }
  SurplusThreads(const SurplusThreads&) = delete;
  SurplusThreads& operator=(const SurplusThreads&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ends_ = false;
  std::thread owner_;
};
}  // namespace

void on_threads(int threads, void (*body)(void*), void* context) {
  if (const auto start = parallel_region()) {
    start(body, context, static_cast<unsigned>(threads), 0);
  } else {
    body(context);
  }
}

int chosen_threads() { return chosen; }

void choose_threads(int threads) { chosen = threads; }

void wait_briefly(bool briefly) {
  static std::mutex mutex;
  // Never destroyed at the end of the process: its thread may not be there to be joined any more.
  static std::unique_ptr<SurplusThreads>& surplus = *new std::unique_ptr<SurplusThreads>();
  const std::lock_guard<std::mutex> lock(mutex);
  if (!briefly) {
    surplus.reset();
  } else if (!surplus) {
    // They and those of the network are then more than the processors, by one.
    surplus = std::make_unique<SurplusThreads>(std::max(2, processors() - chosen + 2));
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
