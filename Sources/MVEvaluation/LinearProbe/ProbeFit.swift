internal import MVCore
internal import MVStore

/// One fit of a linear probe: holds rows out, chooses the penalty, and fits all rows.
struct ProbeFit {
  let settings: LinearProbe
  let data: ProbeData
  let classes: [Int64]
  /// The rows of each fold: rows are ordered by the fold they are held out in, those never held out first.
  let folds: [Range<Int>]
  /// The rows that penalties are compared by, but for those of a fold: all, or a part of very many.
  private let learned: Range<Int>
  /// The weight of each class; nil where all are 1.
  private let classWeights: [Float]?
  private let run: EvaluationRun

  init(
    settings: LinearProbe, train: LabeledFeatures, cacheBytes: Int = ProbeData.cacheBytes,
    comparedWork: Double = ProbeFit.comparedWork, run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    self.settings = settings
    self.run = run
    let labels = try train.classes()
    let rows = train.rows.filter { labels[$0] >= 0 }
    let numbers = try ClassNumbers(of: rows.map { labels[$0] }, in: train)
    classes = numbers.classes
    var split = HoldOut(folds: 0, fold: [Int](repeating: -1, count: rows.count))
    if settings.lambdas.values.count > 1 {
      split = try HoldOut(labels: rows.map { labels[$0] }, settings.validation, seed: settings.seed)
    }
    var order = (-1..<split.folds).map { fold in rows.indices.filter { split.fold[$0] == fold } }
    let columns = train.representations.reduce(0) { $0 + $1.columns }
    let part = Self.part(of: order[0].count, columns: columns, classes.count, work: comparedWork)
    if let part, split.folds == 1 {
      let count = order[0].count
      var isTaken = [Bool](repeating: false, count: count)
      for place in 0..<part { isTaken[place * count / part] = true }
      let taken = (0..<count).filter { isTaken[$0] }
      order[0] = (taken + (0..<count).filter { !isTaken[$0] }).map { order[0][$0] }
    }
    var end = order[0].count
    folds = order.dropFirst().map { part in
      defer { end += part.count }
      return end..<end + part.count
    }
    learned = 0..<(split.folds == 1 ? part ?? rows.count : rows.count)
    let ordered = order.flatMap { $0.map { rows[$0] } }
    var counts = [Int](repeating: 0, count: classes.count)
    for row in rows { counts[Int(numbers[labels[row]])] += 1 }
    classWeights =
      settings.classWeights == .none
      ? nil : counts.map { Float(Double(rows.count) / Double(counts.count * $0)) }
    data = try ProbeData(
      reader: RowReader(train, rows: ordered), labels: ordered.map { numbers[labels[$0]] },
      scaling: settings.standardize ? .standardized : .centered, threads: max(1, settings.threads),
      cacheBytes: cacheBytes, run: run)
  }

  /// How many of `rows` rows penalties are compared by; nil for all.
  ///
  /// A pass shall take at most `work` operations, as far as 20 rows a column and 50 a class allow.
  static func part(
    of rows: Int, columns: Int, _ classes: Int, work: Double = comparedWork
  ) -> Int? {
    let wanted = max(Int(work / (4 * Double(classes) * Double(columns))), 20 * columns, 50 * classes)
    return wanted < rows * 3 / 4 ? wanted : nil
  }

  /// The operations of a pass above which penalties are compared by a part of the rows.
  static let comparedWork = 1e12

  /// Compares the penalties and fits all rows under the one chosen; throws where the work shall stop.
  func fit() throws(MVError) -> FittedProbe {
    let held = folds.first?.lowerBound ?? data.rows
    let space = try RowSpace(of: data, parts: [0..<held] + folds)
    let compared = space?.data ?? data
    let lambdas = settings.lambdas.values
    let progress = FitProgress(
      run, penalties: lambdas.count, folds: folds.count, lastCost: Double(data.rows) / Double(comparedRows))
    return try SerialBLAS.run { () throws(MVError) in
      var outcomes = [PenaltyComparison.Outcome?](repeating: nil, count: lambdas.count)
      var chosen = 0
      var stops: [PenaltyComparison.Stop] = []
      var work = 0.0
      if !folds.isEmpty {
        let comparison = PenaltyComparison(
          settings: settings, data: compared, classes: classes.count, classWeights: classWeights, folds: folds,
          learned: learned, progress: progress)
        let found = try comparison.compare()
        (outcomes, chosen, stops, work) = (found.outcomes, found.chosen, found.stops, found.work)
      }
      let last = try refit(lambdas[chosen], from: stops, work: work, space, progress)
      return fitted(
        last, lambda: lambdas[chosen],
        candidates: zip(lambdas, outcomes).map { candidate($0, $1, of: compared.labels) })
    }
  }

  /// The rows that a pass of a comparison reads, of which one fold is held out.
  private var comparedRows: Int {
    guard let fold = folds.first else { return data.rows }
    return max(1, learned.count - learned.clamped(to: fold).count)
  }

  private func candidate(
    _ lambda: Double, _ outcome: PenaltyComparison.Outcome?, of labels: [Int32]
  ) -> FittedProbe.Candidate {
    let shares = outcome.map { accuracy(of: $0.right, labels) }
    return FittedProbe.Candidate(
      lambda: lambda, validationTop1: shares?.top1, validationBalancedAccuracy: shares?.balanced,
      objective: outcome?.objective, gradientNorm: outcome?.gradientNorm, iterations: outcome?.iterations,
      ending: outcome?.ending)
  }

  /// Top-1 and balanced accuracy on the rows that were held out, given the labels of all rows.
  private func accuracy(of right: [Bool], _ labels: [Int32]) -> (top1: Double, balanced: Double) {
    var counts = [Int](repeating: 0, count: classes.count)
    var hits = counts
    for (place, row) in folds.joined().enumerated() {
      let label = Int(labels[row])
      counts[label] += 1
      if right[place] { hits[label] += 1 }
    }
    let known = classes.indices.filter { counts[$0] > 0 }
    let sum = known.reduce(0) { $0 + Double(hits[$1]) / Double(counts[$1]) }
    return (Double(hits.reduce(0, +)) / Double(right.count), sum / Double(known.count))
  }

  /// Fits all rows under one penalty, from where fits of the comparison ended; in the space of the rows first, where
  /// that is smaller.
  private func refit(
    _ lambda: Double, from stops: [PenaltyComparison.Stop], work: Double, _ space: RowSpace?, _ progress: FitProgress
  ) throws(MVError) -> PenaltyPath.Fit {
    func objective(_ data: ProbeData) -> ProbeObjective {
      ProbeObjective(data: data, classes: classes.count, ranges: [0..<data.rows], classWeights: classWeights)
    }
    progress.fitBegins()
    let goal = PenaltyPath.Goal(gradientNorm: settings.gradientNorm, gap: 1e-6, limit: settings.maxIterations)
    let compared = objective(space?.data ?? data)
    let steps = try Self.steps(to: lambda, from: stops, compared)
    let first = PenaltyPath(compared, from: steps.point, work: work)
    var last = try first.fit(lambda, after: steps.lambdas, goal, passed: progress.passed)
    if let space {
      // What rounding and the rows left out of the basis cost is seen on the features, and made up for there.
      let whole = PenaltyPath(objective(data), from: space.expanded(first.point, classes: classes.count))
      let rest = PenaltyPath.Goal(
        gradientNorm: settings.gradientNorm, limit: max(1, settings.maxIterations - last.passes))
      let before = last
      last = try whole.fit(lambda, rest, passed: progress.passed)
      last.passes += before.passes
      last.ending = max(last.ending, before.ending)
    }
    progress.fitEnded()
    guard last.descent.value.isFinite else {
      throw .internalFault(
        "linear probe", "did not converge: the loss is not finite", remedy: "standardize the features")
    }
    return last
  }

  /// Where a fit of all rows begins, and the stronger penalties on its way.
  ///
  /// A fit without penalty to speak of is sure of the rows it has learned from, and as sure, and wrong, of those that
  /// were held out. From there it is a long way; down from a penalty under which it is not so sure it is a short one.
  private static func steps(
    to lambda: Double, from stops: [PenaltyComparison.Stop], _ objective: ProbeObjective
  ) throws(MVError) -> (point: WorkBuffer<Double>?, lambdas: [Double]) {
    let gradient = WorkBuffer<Double>(uninitialized: objective.parameters)
    let penalized = objective.classes * objective.data.columns
    for (place, stop) in stops.enumerated().reversed() {
      let point = stop.point.pointer
      let loss = try objective.evaluate([UnsafePointer(point)], gradients: gradient)[0]
      let value = loss + stop.lambda / 2 * (0..<penalized).reduce(0) { $0 + point[$1] * point[$1] }
      if value <= 2 * stop.objective || place == 0 {
        return (stop.point, stops[place...].map(\.lambda).filter { $0 > lambda })
      }
    }
    return (nil, [])
  }

  private func fitted(
    _ fit: PenaltyPath.Fit, lambda: Double, candidates: [FittedProbe.Candidate]
  ) -> FittedProbe {
    let descent = fit.descent
    let size = classes.count * data.columns
    var square = 0.0
    var weights = [Float](repeating: 0, count: size)
    for index in 0..<size {
      let weight = descent.point.pointer[index]
      square += weight * weight
      weights[index] = Float(weight * Double(data.scale[index % data.columns]))
    }
    return FittedProbe(
      inputs: data.reader.representations.map { .init(name: $0.name, columns: $0.columns) }, classes: classes,
      weights: weights, bias: (0..<classes.count).map { descent.point.pointer[size + $0] }, center: data.center,
      lambda: lambda, candidates: candidates, trainLoss: descent.value - lambda / 2 * square, objective: descent.value,
      gradientNorm: descent.gradientNorm, converged: fit.ending == .converged, iterations: fit.passes,
      trainRows: data.rows, standardized: settings.standardize, seed: settings.seed, seconds: run.seconds)
  }
}
