internal import Foundation

/// Keeps the threads of this process together on the processors that other programs leave, as long as it is asked to.
///
/// It changes the affinity of the whole process, so it is for programs and not for libraries.
package final class ProcessorSharing: @unchecked Sendable {
  // Unchecked: `isStopped` and `hasEnded` are touched only while `condition` is locked.
  private let condition = NSCondition()
  private var isStopped = false
  private var hasEnded = false

  /// Runs `body`, whose threads wait for each other, and shares processors meanwhile; throws what `body` throws.
  ///
  /// `isAutomatic` says that the user has not chosen the number of threads: only then anything is done. It is not
  /// where the system does not say what its processors do, or where threads are bound to processors by OpenMP.
  package static func during<Result, Failure: Error>(
    isAutomatic: Bool, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let names = ["OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"]
    let chosen = names.contains { (name: String) in getenv(name) != nil }
    // Counted first: afterwards the affinity says what is kept to.
    let (threads, processors) = (Parallel.processorCount, ProcessorAffinity.current)
    guard isAutomatic, !chosen, threads > 1, processors.count > 1, ProcessorTimes.now() != nil else {
      return try body()
    }
    let sharing = ProcessorSharing(ProcessorShare(processors: processors, threads: threads))
    defer { sharing.stop() }
    return try body()
  }

  /// Looks at `times` about every `interval` seconds, and keeps to the processors that `share` says.
  init(
    _ share: ProcessorShare, interval: Double = 1,
    times: @escaping @Sendable () -> ProcessorTimes? = { ProcessorTimes.now() }
  ) {
    let thread = Thread { [self] in
      var share = share
      var before = times()
      while wait(interval) {
        guard let now = times() else { continue }
        let kept = share.kept
        if let before { share.learn(from: before, to: now) }
        before = now
        if share.kept != kept { ProcessorAffinity.set(share.kept) }
      }
      if share.isLimited { ProcessorAffinity.set(share.processors) }
      condition.withLock {
        hasEnded = true
        condition.broadcast()
      }
    }
    thread.name = "mvmr processors"
    thread.start()
  }

  /// Waits for about `interval` seconds; false where it is to end.
  private func wait(_ interval: Double) -> Bool {
    // Not quite as long each time, so that two programs that make way for each other do not go on doing so in step.
    let end = Date(timeIntervalSinceNow: interval * Double.random(in: 0.75...1.25))
    return condition.withLock {
      while !isStopped, condition.wait(until: end) {}
      return !isStopped
    }
  }

  /// Ends it; all processors may be used again when it returns.
  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
      while !hasEnded { condition.wait() }
    }
  }
}
