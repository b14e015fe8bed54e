internal import Foundation
internal import MVCore

/// Prepares batches in order on a thread of its own, a few ahead of the network.
final class BatchProducer: @unchecked Sendable {
  // Unchecked: everything below is touched only while `condition` is locked.
  private let condition = NSCondition()
  private var ready: [PreparedBatch] = []
  private var failure: MVError?
  private var isStopped = false

  /// Starts preparing the batches of `steps` by `prepare`; at most `ahead` of them wait.
  init(steps: Range<Int>, ahead: Int = 2, prepare: @escaping @Sendable (Int) throws(MVError) -> PreparedBatch) {
    let thread = Thread { [self] in
      for step in steps {
        condition.lock()
        while ready.count >= ahead && !isStopped { condition.wait() }
        let stops = isStopped
        condition.unlock()
        if stops { return }
        do throws(MVError) {
          let batch = try prepare(step)
          condition.withLock {
            ready.append(batch)
            condition.broadcast()
          }
        } catch {
          condition.withLock {
            failure = error
            condition.broadcast()
          }
          return
        }
      }
    }
    thread.name = "mvmr batches"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits for the next batch and returns it; throws what its preparation threw.
  func next() throws(MVError) -> PreparedBatch {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty && failure == nil { condition.wait() }
    if ready.isEmpty, let failure { throw failure }
    let batch = ready.removeFirst()
    condition.broadcast()
    return batch
  }

  /// Ends the thread after the batch that it is preparing.
  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }
}
