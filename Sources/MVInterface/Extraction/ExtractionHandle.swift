internal import CInterface
internal import MVCore
internal import MVExtraction
internal import MVStore
internal import Synchronization

/// An extraction behind a handle.
final class ExtractionHandle: HandleContent {
  static let handleName = "extraction"
  let options: ExtractionOptions
  let generation: Int64? = mvi_generation()
  private let state = Mutex<(isRunning: Bool, cancellation: Cancellation)>((false, Cancellation()))

  init(_ options: ExtractionOptions) { self.options = options }

  /// Asks the run, or the next one, to stop.
  func cancel() { state.withLock { $0.cancellation.cancel() } }

  /// Computes what is missing; throws where another thread is at it already.
  func run(_ listener: Listener) throws -> (summary: ExtractionSummary, notices: [String]) {
    let cancellation = try state.withLock { (state) throws(Refusal) -> Cancellation in
      guard !state.isRunning else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "extraction", "runs already on another thread", remedy: "wait for it, or cancel it")
      }
      state.isRunning = true
      return state.cancellation
    }
    defer { state.withLock { $0 = (false, Cancellation()) } }
    let extraction = options.extraction
    let notices = Mutex(options.notices)
    let summary = try running(listener, cancellation: cancellation) { (cancellation, progress) throws(MVError) in
      try extraction.run(cancellation: cancellation, progress: progress) { line in notices.withLock { $0.append(line) }
      }
    }
    return (summary, notices.withLock { $0 } + summary.notices)
  }
}
