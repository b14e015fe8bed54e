/// How far a choice among penalties has come, in passes over the rows, made and foretold.
///
/// A fit's remaining passes are foretold from how far its gradient has fallen, those of fits to come from those that
/// ended.
final class FitProgress {
  private let run: EvaluationRun
  private var fits: Int
  private var ended = 0
  private var passes = 0
  private var before = 0

  /// Begins `fits` fits.
  init(_ run: EvaluationRun, fits: Int) {
    self.run = run
    self.fits = fits
  }

  /// A pass was made, and the fit has come to `part` of its way, 0...1.
  func passed(_ part: Double) {
    passes += 1
    let own = Double(passes - before)
    let whole = max(own + 1, min(own / max(part, 0.01), 4 * own + 20))
    let mean = ended > 0 ? Double(before) / Double(ended) : whole
    run.report(passes, of: before + Int(whole + mean * Double(fits - ended - 1)))
  }

  /// A fit ended.
  func fitEnded() {
    ended += 1
    before = passes
    if ended == fits { run.report(max(passes, 1), of: max(passes, 1)) }
  }

  /// As many fits more will not be made.
  func drop(_ count: Int) { fits -= count }
}
