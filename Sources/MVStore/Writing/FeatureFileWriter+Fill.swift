internal import Foundation
public import MVCore
internal import Synchronization

extension FeatureFileWriter {
  /// Calls `body`, which writes what a block lacks, for every block that is not whole, on up to `threads` threads.
  ///
  /// `progress` counts rows and is called by one thread at a time, before the first block and after each. When
  /// `cancellation` asks to stop, the blocks in flight are finished and an error of the kind `interrupted` is thrown.
  /// Throws the first error of `body`, after which no other block is begun. What was done stays in the file in any
  /// case.
  @discardableResult
  public func fill(
    threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in },
    _ body: @Sendable (FeatureBlock) throws(MVError) -> Void
  ) throws(MVError) -> FillSummary {
    try filling(progress) { (blocks, rows) throws(MVError) in
      try Parallel.forEach(blocks.count, threads: threads) { (index) throws(MVError) in
        guard !cancellation.isCancelled else { return }
        try body(blocks[index])
        rows.add(blocks[index].rows.count)
      }
    }
  }

  /// The same on the calling thread, block after block in the order of the file.
  ///
  /// Throws as ``fill(threads:cancellation:progress:_:)`` does.
  @discardableResult
  public func fillInOrder(
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in },
    _ body: (FeatureBlock) throws(MVError) -> Void
  ) throws(MVError) -> FillSummary {
    try filling(progress) { (blocks, rows) throws(MVError) in
      for block in blocks {
        guard !cancellation.isCancelled else { return }
        try body(block)
        rows.add(block.rows.count)
      }
    }
  }

  /// What both have around their loop, which ends early where it is asked to stop.
  private func filling(
    _ progress: @escaping @Sendable (RunProgress) -> Void,
    _ loop: ([FeatureBlock], RowCount) throws(MVError) -> Void
  ) throws(MVError) -> FillSummary {
    let blocks = missingBlocks
    let before = rows - blocks.reduce(0) { $0 + $1.rows.count }
    let count = RowCount(doneBefore: before, total: rows, progress)
    do throws(MVError) {
      try loop(blocks, count)
    } catch {
      // What is done stays done; the first error is the one to tell.
      try? finish()
      throw error
    }
    try finish()
    let last = count.last
    guard last.done == rows else {
      throw MVError(
        .interrupted, url.path, "was stopped after \(last.done) of \(rows) rows",
        remedy: "run the same command again: it goes on from there")
    }
    return FillSummary(
      rows: rows, rowsBefore: before, seconds: count.seconds, bytes: plan.featureBytes, notices: notices)
  }
}

/// Counts rows that are done, and tells of them.
private final class RowCount: Sendable {
  private let doneBefore: Int
  private let total: Int
  private let start = ContinuousClock.now
  private let progress: @Sendable (RunProgress) -> Void
  private let done: Mutex<Int>

  init(doneBefore: Int, total: Int, _ progress: @escaping @Sendable (RunProgress) -> Void) {
    self.doneBefore = doneBefore
    self.total = total
    self.progress = progress
    done = Mutex(doneBefore)
    add(0)
  }

  var seconds: Double { (ContinuousClock.now - start).seconds }
  var last: RunProgress { done.withLock { at($0) } }

  /// Under the lock, so that what is told only rises.
  func add(_ rows: Int) {
    done.withLock { done in
      done += rows
      progress(at(done))
    }
  }

  private func at(_ done: Int) -> RunProgress {
    RunProgress(doneBefore: doneBefore, done: done, total: total, seconds: seconds)
  }
}
