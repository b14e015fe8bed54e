public import MVCore

/// One long piece of work as its user sees it: a bar that moves, and Ctrl-C that stops it cleanly.
///
/// ```swift
/// let summary = try Job("extract", unit: "images").run { (job) throws(MVError) in
///   try extraction.run(cancellation: job.cancellation, progress: job.progress)
/// }
/// ```
public final class Job: Sendable {
  private let bar: ProgressBar

  /// Names the work; `unit` is what its progress counts, for example `images`.
  public init(_ title: String, unit: String) { bar = ProgressBar(title, unit: unit) }

  /// Is asked to stop by Ctrl-C.
  public var cancellation: Cancellation { Interruption.cancellation }

  /// Shows how far the work has come; safe from any thread.
  @Sendable public func progress(_ progress: RunProgress) { bar.update(progress) }

  /// Shows how far the work has come, with `detail` at the end of the line; safe from any thread.
  public func show(_ progress: RunProgress, detail: String) { bar.update(progress, detail: detail) }

  /// Does the work, from whose start on Ctrl-C asks it to stop, and ends the bar's line also after an error.
  ///
  /// Throws what `body` throws.
  public func run<Result>(_ body: (Job) throws(MVError) -> Result) throws(MVError) -> Result {
    Interruption.watch()
    defer { bar.finish() }
    return try body(self)
  }
}
