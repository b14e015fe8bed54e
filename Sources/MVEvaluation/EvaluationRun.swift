internal import MVCore

/// A long evaluation as seen from outside: it tells how far it has come, and ends where it is asked to.
struct EvaluationRun: Sendable {
  /// What is at work, for the error of work that was stopped.
  let subject: String
  let cancellation: Cancellation
  let progress: @Sendable (RunProgress) -> Void
  private let start = ContinuousClock.now

  init(
    _ subject: String = "evaluation", cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) {
    self.subject = subject
    self.cancellation = cancellation
    self.progress = progress
  }

  /// Seconds since the work began.
  var seconds: Double { (ContinuousClock.now - start).seconds }

  /// Tells that `done` of `total` parts are done, and what is known of the time that the others take.
  func report(_ done: Int, of total: Int, _ remainder: RunProgress.Remainder = .steady) {
    var told = RunProgress(done: done, total: total, seconds: seconds)
    told.remainder = remainder
    progress(told)
  }

  /// A function that is told how many more of `total` parts are done.
  func counter(of total: Int) -> (Int) -> Void {
    var done = 0
    return { finished in
      done += finished
      report(done, of: total)
    }
  }

  /// Throws an error of the kind `interrupted` where the work shall stop.
  func check() throws(MVError) {
    if cancellation.isCancelled {
      throw MVError(.interrupted, subject, "was stopped", remedy: "run it again: nothing was written")
    }
  }
}
