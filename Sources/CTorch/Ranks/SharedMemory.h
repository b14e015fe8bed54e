// Memory that the ranks of a group share where all are on one machine: exchanges through it take microseconds, where
// Gloo's go through the kernel and through threads that have to be woken.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "Ranks.h"

namespace mvt::ranks {

/// A part of memory for each rank, which all may read, and counters of how far each has come.
///
/// It has no name and ends with the processes that hold it. Each rank holds a lock of its own on it: where that is
/// gone, the rank has ended, however it did.
class SharedMemory {
 public:
  /// Memory of `bytes` for each rank; null where the ranks cannot share any. All ranks call it together.
  static std::unique_ptr<SharedMemory> open(MVTGroup& group, size_t bytes, int64_t milliseconds);

  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  /// The memory of one rank, which it alone writes to.
  template <typename Value>
  Value* part(int rank) const {
    return reinterpret_cast<Value*>(memory + start + static_cast<size_t>(rank) * bytes);
  }

  /// Says that this rank has come one step further; what it wrote before is then seen.
  void advance(int counter);

  /// Waits until `rank` has come to `step`; throws where it has ended, or takes too long.
  void wait(int counter, int rank, uint32_t step) const;

  /// The same of all ranks.
  void wait(int counter, uint32_t step) const;

  static constexpr int counters = 3;

 private:
  SharedMemory(int rank, int size, size_t bytes, int64_t milliseconds);
  std::atomic<uint32_t>& counter(int counter, int rank) const;
  bool take(int file, const uint8_t* token);
  bool has_ended(int rank) const;

  const int rank, size;
  const size_t bytes, start, whole;
  const int64_t milliseconds;
  int file = -1;
  uint8_t* memory = nullptr;
};

/// Small values of all ranks, through memory that they share.
class Board {
 public:
  /// Null where the ranks cannot share memory. All ranks call it together.
  static std::unique_ptr<Board> open(MVTGroup& group, int64_t milliseconds);

  /// Calls `take(rank, bytes, place, count)` for the bytes of every rank, in the ranks' order, a piece after the other.
  void exchange(const void* own, size_t count,
                const std::function<void(int rank, const uint8_t* bytes, size_t place, size_t count)>& take);

 private:
  Board(std::unique_ptr<SharedMemory> memory, int rank, int size) : memory(std::move(memory)), rank(rank), size(size) {}
  std::unique_ptr<SharedMemory> memory;
  const int rank, size;
  uint32_t step = 0;
};

}  // namespace mvt::ranks
