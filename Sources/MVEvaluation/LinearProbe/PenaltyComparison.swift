internal import MVCore

/// Compares penalties on held-out rows, from the strongest to the weakest, each fit from where the last one ended.
///
/// A fit ends as soon as no more than one held-out row in 1,000 may still change its class. Weaker penalties are left
/// out once three in a row, over a factor of ten or more, are worse than the best by more than a standard error of the
/// difference on the same rows.
struct PenaltyComparison {
  /// What is known of one penalty.
  struct Outcome {
    /// Whether each held-out row was classified rightly, fold by fold.
    var right: [Bool] = []
    /// The mean over the folds of what the fits minimize.
    var objective = 0.0
    /// The largest norm of a gradient at the end.
    var gradientNorm = 0.0
    /// The passes of all folds.
    var iterations = 0
    var ending = FittedProbe.Ending.settled
  }

  let settings: LinearProbe
  let data: ProbeData
  let classes: Int
  let classWeights: [Float]?
  /// The rows of each fold, held out in turn.
  let folds: [Range<Int>]
  /// The rows to learn from, but for those of a fold.
  let learned: Range<Int>
  let progress: FitProgress

  /// Where the last fold's fit under a penalty ended.
  typealias Stop = (lambda: Double, objective: Double, point: WorkBuffer<Double>)

  /// The bytes that the ends of all fits may take; beyond that the best one's alone is kept.
  private static let stopBytes = 256 << 20

  /// The outcome of each penalty, nil for those left out, and the best one.
  ///
  /// With it, where fits ended from the strongest penalty to the best one, and the operations that the best one's took.
  func compare() throws(MVError) -> (outcomes: [Outcome?], chosen: Int, stops: [Stop], work: Double) {
    let lambdas = settings.lambdas.values
    let paths = folds.map { fold in
      let end = learned.upperBound
      let kept = [0..<min(fold.lowerBound, end), min(fold.upperBound, end)..<end].filter { !$0.isEmpty }
      return PenaltyPath(
        ProbeObjective(data: data, classes: classes, ranges: kept, classWeights: classWeights))
    }
    let weights = rowWeights
    var outcomes = [Outcome?](repeating: nil, count: lambdas.count)
    var best: (place: Int, score: Double, work: Double)?
    var stops: [Stop] = []
    var worse: [Double] = []
    let path = paths[paths.count - 1]
    for place in lambdas.indices.reversed() {
      let before = path.work
      let outcome = try fit(lambdas[place], paths)
      outcomes[place] = outcome
      if 8 * path.point.count * (stops.count + 1) > Self.stopBytes {
        stops.removeAll { $0.lambda != best.map { lambdas[$0.place] } }
      }
      stops.append((lambdas[place], outcome.objective, path.point))
      let score = zip(outcome.right, weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
      // Penalties descend, and of ties the larger one is chosen.
      if best.map({ score > $0.score }) ?? true {
        best = (place, score, path.work - before)
        worse = []
      } else if let best, let other = outcomes[best.place], isWorse(outcome, other, weights) {
        worse.append(lambdas[place])
      } else {
        worse = []
      }
      if worse.count >= 3, worse[0] >= 9.99 * worse[worse.count - 1], place > 0, settings.dropsPenalties {
        progress.drop(place * folds.count)
        break
      }
    }
    guard let best else { throw .usage("lambda", "is not given", remedy: "give numbers above 0") }
    return (outcomes, best.place, stops.filter { $0.lambda >= lambdas[best.place] }, best.work)
  }

  /// Fits every fold under one penalty.
  private func fit(_ lambda: Double, _ paths: [PenaltyPath]) throws(MVError) -> Outcome {
    var outcome = Outcome()
    for (fold, path) in zip(folds, paths) {
      progress.fitBegins()
      let heldOut = ProbeObjective(data: data, classes: classes, ranges: [fold])
      let goal = PenaltyPath.Goal(gradientNorm: settings.gradientNorm, gap: 1e-3, limit: settings.maxIterations)
      let fit = try path.fit(
        lambda, goal,
        isSettled: { (descent) throws(MVError) in
          let answers = try heldOut.answers(at: descent.point.pointer, remaining: descent.remaining)
          return answers.undecided <= fold.count / 1000
        }, passed: progress.passed)
      outcome.right += try heldOut.answers(at: path.point.pointer).right
      outcome.objective += fit.descent.value / Double(folds.count)
      outcome.gradientNorm = max(outcome.gradientNorm, fit.descent.gradientNorm)
      outcome.iterations += fit.passes
      outcome.ending = max(outcome.ending, fit.ending)
      progress.fitEnded()
    }
    return outcome
  }

  /// The weight of each held-out row in the score: the same for all, or for all classes.
  private var rowWeights: [Double] {
    let labels = folds.joined().map { Int(data.labels[$0]) }
    guard settings.classWeights == .balanced else { return labels.map { _ in 1 } }
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    return labels.map { 1 / Double(counts[$0]) }
  }

  private func isWorse(_ outcome: Outcome, _ best: Outcome, _ weights: [Double]) -> Bool {
    var difference = 0.0
    var variance = 0.0
    for place in weights.indices where outcome.right[place] != best.right[place] {
      difference += best.right[place] ? weights[place] : -weights[place]
      variance += weights[place] * weights[place]
    }
    return difference > variance.squareRoot()
  }
}
