internal import MVCore

/// How far a choice among penalties has come, in passes over the rows, made and foretold.
///
/// A fit's remaining passes are foretold from how far its gradient has fallen. Fits to come take at least as many as
/// the last one that ended: penalties descend, and the weaker they are the longer a fit takes. Of the first three
/// penalties, which are done in no time, and of a fit at its beginning no time left is concluded.
final class FitProgress {
  private let run: EvaluationRun
  private let clock: () -> Double
  private var fits: Int
  /// The fits of one penalty.
  private let folds: Int
  /// How many times as long a pass of the last fit takes, which learns from all rows.
  private let lastCost: Double
  private var ended = 0
  private var passes = 0
  /// The passes of fits that ended.
  private var before = 0
  /// What the last of these took.
  private var latest: (passes: Int, seconds: Double)?
  /// When the present fit began.
  private var start: Double?

  /// Begins `penalties` fits of each fold, and one of all rows, a pass of which costs `lastCost` times as much.
  ///
  /// `clock` gives the seconds since any time.
  init(
    _ run: EvaluationRun, penalties: Int, folds: Int, lastCost: Double = 1, clock: (() -> Double)? = nil
  ) {
    self.run = run
    self.folds = folds
    self.lastCost = lastCost
    self.clock = clock ?? { run.seconds }
    fits = penalties * folds + 1
  }

  /// A fit begins, with what comes before its first pass.
  func fitBegins() { start = clock() }

  /// A pass was made, and the fit has come to `part` of its way, 0...1.
  func passed(_ part: Double) {
    passes += 1
    let own = Double(passes - before)
    let known = Double(latest?.passes ?? 0)
    let whole = max(own + 1, min(own / max(part, 0.01), max(known, latest == nil ? 4 * own + 20 : 1.5 * own)))
    // Those of the comparison that are to come, and the last one.
    let isLast = ended == fits - 1
    let (others, last) = isLast ? (0, 0) : (Double(fits - ended - 2) * max(known, whole), max(known, whole))
    let remainder: RunProgress.Remainder
    if ended >= min(3 * folds, fits - 1), let seconds = secondsPerPass(own, isLast: isLast),
      !isLast || latest != nil || part >= 0.25
    {
      remainder = .foretold(seconds * (whole - own + others + last * lastCost))
    } else {
      remainder = .unknown
    }
    run.report(passes, of: passes + Int(whole - own + others + last), remainder)
  }

  /// The seconds that a pass takes, measured on this fit and the one before, which is of other rows than the last one.
  private func secondsPerPass(_ own: Double, isLast: Bool) -> Double? {
    guard let start else { return nil }
    let spent = clock() - start
    guard let latest, latest.passes > 0 else { return own >= 3 ? spent / own : nil }
    guard isLast else { return (spent + latest.seconds) / (own + Double(latest.passes)) }
    return own >= 3 ? spent / own : latest.seconds / Double(latest.passes) * lastCost
  }

  /// A fit ended.
  func fitEnded() {
    ended += 1
    latest = (passes - before, start.map { clock() - $0 } ?? 0)
    before = passes
    if ended == fits { run.report(max(passes, 1), of: max(passes, 1)) }
  }

  /// As many fits more will not be made.
  func drop(_ count: Int) { fits -= count }
}
