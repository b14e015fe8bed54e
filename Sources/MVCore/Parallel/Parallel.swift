internal import Dispatch
internal import Synchronization

/// Work spread over threads, in one place, so that no part of the package multiplies another's threads.
public enum Parallel {
  /// The number of processors that this process may use: fewer than the machine has where affinity or a quota says so.
  public static var processorCount: Int { AvailableProcessors.count }

  /// Calls `body` for each index in 0..<`count` on up to `threads` threads; the order is not promised.
  ///
  /// Throws the first error of `body`, when the calls in flight have ended; no new index is started after it.
  public static func forEach<Failure: Error>(
    _ count: Int, threads: Int = processorCount, _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    guard count > 0 else { return }
    let next = Atomic<Int>(0)
    let failure = Mutex<Failure?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count, failure.withLock({ $0 == nil }) else { return }
        do throws(Failure) { try body(index) } catch { failure.withLock { $0 = $0 ?? error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
