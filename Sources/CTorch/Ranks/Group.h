// The group itself, for what is more than one exchange after the other.
#pragma once

#define USE_C10D_GLOO

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "Ranks.h"

struct MVTGroup : mvt::Counted {
  MVTGroup(c10::intrusive_ptr<c10d::ProcessGroupGloo> group, c10::intrusive_ptr<c10d::TCPStore> store, int rank,
           int size)
      : gloo(std::move(group)), store(std::move(store)), rank(rank), size(size) {}
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  /// Rank 0's is a server, which others may still ask.
  c10::intrusive_ptr<c10d::TCPStore> store;
  int rank, size;
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
