internal import Foundation
public import MVCore
internal import Synchronization

/// One long piece of work as its user sees it: a bar that moves, and Ctrl-C that stops it cleanly.
///
/// ```swift
/// let summary = try Job("extract", unit: "images").run { (job) throws(MVError) in
///   try extraction.run(cancellation: job.cancellation, progress: job.progress)
/// }
/// ```
public final class Job: Sendable {
  private let bar: ProgressBar
  private let title: String

  /// Names the work; `unit` is what its progress counts, for example `images`.
  public init(_ title: String, unit: String) {
    self.title = title
    bar = ProgressBar(title, unit: unit)
  }

  /// Is asked to stop by Ctrl-C.
  public var cancellation: Cancellation { Interruption.cancellation }

  /// Shows how far the work has come; safe from any thread.
  @Sendable public func progress(_ progress: RunProgress) { bar.update(progress) }

  /// Shows how far the work has come, with `detail` at the end of the line; safe from any thread.
  public func show(_ progress: RunProgress, detail: String) { bar.update(progress, detail: detail) }

  /// Does the work, from whose start on Ctrl-C asks it to stop, and ends the bar's line also after an error.
  ///
  /// With `patience`, work that goes on for so many seconds after it was asked to stop is left in the midst of what it
  /// does, and the process ends as if it had stopped: only for work whose files a kill leaves as they should be. Throws
  /// what `body` throws.
  public func run<Result>(
    patience: Double? = nil, _ body: (Job) throws(MVError) -> Result
  ) throws(MVError) -> Result {
    Interruption.watch()
    let isDone = Flag()
    if let patience { leave(after: patience, unless: isDone) }
    defer {
      isDone.isSet.store(true, ordering: .sequentiallyConsistent)
      bar.finish()
    }
    return try body(self)
  }

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }

  private func leave(after patience: Double, unless isDone: Flag) {
    Thread.detachNewThread { [self] in
      var asked: ContinuousClock.Instant?
      while !isDone.isSet.load(ordering: .sequentiallyConsistent) {
        usleep(50_000)
        guard cancellation.isCancelled else { continue }
        let start = asked ?? .now
        asked = start
        guard ContinuousClock.now - start > .seconds(patience) else { continue }
        guard !isDone.isSet.exchange(true, ordering: .sequentiallyConsistent) else { return }
        bar.finish()
        Program.end(
          MVError(
            .interrupted, title, "was stopped in the midst of a batch",
            remedy: "run the same command again: it goes on from what is whole"))
      }
    }
  }
}
