// What the files of this shim share: the handles' C++ side, their count, and the guard.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#include <atomic>
#include <new>
#include <string>

#include "CTorch.h"

namespace mvt {

extern std::atomic<int64_t> live_handles;

/// Counts itself for as long as it lives.
struct Counted {
  Counted() { live_handles.fetch_add(1, std::memory_order_relaxed); }
  ~Counted() { live_handles.fetch_sub(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

/// The device that tensors are made on.
at::Device device();

/// Whether products are in bfloat16 on this thread now.
bool autocasts();

/// Cuts this thread's last message to the first line that says something: libtorch's C++ backtrace follows it.
void keep_first_line() noexcept;

/// Whether libtorch says that there is no memory left, on a device or the processor, by an error of its own.
bool is_out_of_memory(const c10::Error& error) noexcept;

/// Runs `body`; libtorch's exceptions and all others become a status and a one-line message.
template <typename Body>
GuardedStatus run(Body&& body) noexcept {
  const GuardedStatus status = guarded<c10::Error>([&body] {
    try {
      body();
    } catch (const c10::Error& error) {
      if (is_out_of_memory(error)) throw std::bad_alloc();
      throw;
    }
  });
  if (status != GuardedOK) keep_first_line();
  return status;
}

}  // namespace mvt

struct MVTTensor : mvt::Counted {
  explicit MVTTensor(at::Tensor tensor) : value(std::move(tensor)) {}
  at::Tensor value;
};
