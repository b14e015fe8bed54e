// The group itself, for what is more than one exchange after the other.
#pragma once

#define USE_C10D_GLOO

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "Ranks.h"
#include "SharedMemory.h"

struct MVTGroup : mvt::Counted {
  MVTGroup(c10::intrusive_ptr<c10d::ProcessGroupGloo> group, c10::intrusive_ptr<c10d::TCPStore> store, int rank,
           int size, int64_t milliseconds)
      : gloo(std::move(group)), store(std::move(store)), rank(rank), size(size), milliseconds(milliseconds) {}
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  /// Rank 0's is a server, which others may still ask.
  c10::intrusive_ptr<c10d::TCPStore> store;
  int rank, size;
  /// How long a rank may take to take part in an exchange.
  int64_t milliseconds;
  /// Where all ranks are on one machine; small exchanges go through it.
  std::unique_ptr<mvt::ranks::Board> board;
  bool is_lost = false;

  /// Starts an exchange or waits for one; what fails is the last.
  template <typename Body>
  auto guarded(const Body& body) {
    TORCH_CHECK(!is_lost, "the group of processes has ended");
    try {
      return body();
    } catch (...) {
      is_lost = true;
      throw;
    }
  }

  /// Waits for an exchange.
  template <typename Start>
  void exchange(const Start& start) {
    guarded([&] { start()->wait(); });
  }
};

namespace mvt::ranks {

/// As `gathered` and `add_up`, through Gloo whatever is shared.
at::Tensor gathered_by_network(MVTGroup& group, const at::Tensor& values);
void add_up_by_network(MVTGroup& group, at::Tensor values);

}  // namespace mvt::ranks
