// Loops on libtorch's threads. at::parallel_for is a template whose `#pragma omp` this compiler would have to know.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>

namespace mvt {

/// Runs `body(context)` on `threads` threads, this one among them, of the OpenMP that libtorch runs on; alone without
/// one.
void on_threads(int threads, void (*body)(void*), void* context);

/// The threads that the network was given, on whichever thread; libtorch tells a thread no more than its own number.
int chosen_threads();
void choose_threads(int threads);

/// Lets threads that wait for each other sleep at once, or only after a while as at first.
void wait_briefly(bool briefly);

/// The threads that a loop may use.
int loop_threads();

/// Calls `body(begin, end)` for equal pieces of `begin..<end` of about `grain` or more, at most one per thread; `body`
/// must not throw.
template <typename Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body& body) {
  const int64_t count = end - begin;
  const int64_t pieces = std::min<int64_t>(loop_threads(), (count + grain - 1) / grain);
  if (pieces <= 1) {
    if (count > 0) body(begin, end);
    return;
  }
  struct Loop {
    const Body& body;
    int64_t begin, count, pieces;
    std::atomic<int64_t> next{0};
  } loop{body, begin, count, pieces, {}};
  // Always the whole team, whose surplus finds no piece: libgomp ends the threads that a smaller one leaves out.
  on_threads(
      loop_threads(),
      [](void* context) {
        Loop& loop = *static_cast<Loop*>(context);
        for (int64_t piece = loop.next++; piece < loop.pieces; piece = loop.next++) {
          loop.body(loop.begin + loop.count * piece / loop.pieces, loop.begin + loop.count * (piece + 1) / loop.pieces);
        }
      },
      &loop);
}

/// Calls `body(piece)` for each of `pieces`, on as many threads; within it libtorch and oneDNN use one thread.
///
/// Some of oneDNN's primitives let their threads wait for each other, many times in a call and without ever giving up
/// the core. Where another process has one of the cores, every such wait lasts until the system takes it away again: a
/// step then took ten times as long. Pieces wait for nothing. Throws what `body` does.
void in_pieces(int64_t pieces, const std::function<void(int64_t)>& body);

}  // namespace mvt
