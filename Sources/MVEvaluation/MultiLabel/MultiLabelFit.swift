internal import MVCore
internal import MVStore

/// One fit of a multi-label probe: comparing penalties on folds, and fitting every class to all rows.
struct MultiLabelFit {
  let settings: MultiLabelProbe
  let data: ProbeData
  let classNames: [String]
  /// One column of labels a class.
  private let labels: [[UInt8]]
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  init(
    settings: MultiLabelProbe, train: LabeledFeatures, classNames: [String], cacheBytes: Int = ProbeData.cacheBytes
  ) throws(MVError) {
    start = clock.now
    self.settings = settings
    labels = try train.labelColumns()
    self.classNames = labels.indices.map { $0 < classNames.count ? classNames[$0] : "\($0)" }
    data = try ProbeData(
      reader: RowReader(train, rows: train.rows), labels: [Int32](repeating: 0, count: train.rows.count),
      standardize: settings.standardize, normalizeRows: settings.loss == .squaredHinge,
      threads: max(1, settings.threads), cacheBytes: cacheBytes)
  }

  func run(progress: (@Sendable (RunProgress) -> Void)?) throws(MVError) -> FittedMultiLabelProbe {
    let lambdas = settings.lambdas.values
    let whole = labels.enumerated().map { problem($0.offset, $0.element) }.filter(\.isTwoSided)
    guard !whole.isEmpty else {
      throw .badData(
        "labels", "have no class that is in some rows and not in others", remedy: "a probe needs one or more")
    }
    var partial: [BinaryProblem] = []
    if lambdas.count > 1 {
      for problem in whole {
        let folds = BinaryProblem.stratifiedFolds(labels[problem.label], count: settings.folds) ?? []
        partial += folds.map { self.problem(problem.label, labels[problem.label], heldOut: $0) }
      }
    }
    let total = partial.count * lambdas.count + whole.count
    var done = 0
    func report(_ finished: Int) {
      done += finished
      progress?(RunProgress(done: done, total: total, seconds: (clock.now - start).seconds))
    }
    // Penalties are compared in the space of the rows where that is smaller; the last fits are made on the features.
    let space = partial.isEmpty ? nil : RowSpace(of: data)
    let compared = space?.data ?? data
    let covariance = BlockCovariance(of: compared, penalties: lambdas.count)
    let quality = compare(partial, on: compared, covariance, report)
    let chosen = choose(quality, whole.map(\.label))

    let choices = whole.map { chosen[$0.label]! }
    let places = Array(whole.indices)
    var starts: [WorkBuffer<Double>?] = places.map { _ in nil }
    if let space {
      let reduced = BinaryObjective(data: compared, problems: whole, loss: settings.loss)
      starts = minimize(reduced, places, choices, from: starts, covariance) { _ in }.map {
        space.expanded($0.point, classes: 1)
      }
    }
    let objective = BinaryObjective(data: data, problems: whole, loss: settings.loss)
    let final = space == nil ? covariance : BlockCovariance(of: data, penalties: lambdas.count)
    let runs = minimize(objective, places, choices, from: starts, final, report)
    guard runs.allSatisfy(\.value.isFinite) else {
      throw .internalFault(
        "multi-label probe", "did not converge: the loss is not finite", remedy: "standardize the features")
    }
    return fitted(zip(whole, runs).map { ($0, $1) }, choices, quality)
  }

  private func problem(_ label: Int, _ labels: [UInt8], heldOut: [Int] = []) -> BinaryProblem {
    BinaryProblem(label: label, labels: labels, heldOut: heldOut) { positives, rows in
      if settings.classWeights == .balanced, positives > 0, positives < rows {
        return (Float(rows) / Float(2 * positives), Float(rows) / Float(2 * (rows - positives)))
      }
      return (settings.loss == .squaredHinge ? 2 : 1, 1)
    }
  }

  /// The penalty on the mean loss over the rows of a problem.
  ///
  /// A cost C multiplies the sum of the losses; divided by C n, and with the penalty's half, the mean is left.
  private func strength(_ lambda: Double, _ problem: BinaryProblem) -> Double {
    settings.loss == .logistic ? lambda : lambda / Double(problem.rows)
  }

  /// The average precision on held-out rows, mean over folds: by class, then penalty.
  private func compare(
    _ problems: [BinaryProblem], on data: ProbeData, _ covariance: BlockCovariance, _ report: (Int) -> Void
  ) -> [Int: [Double]] {
    let count = settings.lambdas.values.count
    let objective = BinaryObjective(data: data, problems: problems, loss: settings.loss)
    var sums: [Int: [Double]] = [:]
    let jobs = problems.indices.flatMap { problem in (0..<count).map { (problem, $0) } }
    // As many as have their state in memory together.
    let length = max(1, (3 << 29) / (8 * (data.columns + 1) * 32))
    for first in stride(from: 0, to: jobs.count, by: length) {
      let batch = Array(jobs[first..<min(jobs.count, first + length)])
      let runs = minimize(
        objective, batch.map { $0.0 }, batch.map { $0.1 }, from: batch.map { _ in nil }, covariance, report)
      let scores = SerialBLAS.run { objective.scores(runs.map { UnsafePointer($0.point.pointer) }) }
      for (place, (problem, candidate)) in batch.enumerated() {
        let rows = problems[problem].heldOut
        let column = labels[problems[problem].label]
        let precision = AveragePrecision.stepwise(
          rows.map { scores.pointer[place * data.rows + $0] }, rows.map { column[$0] })
        sums[problems[problem].label, default: [Double](repeating: 0, count: count)][candidate] +=
          (precision ?? 0) / Double(settings.folds)
      }
    }
    return sums
  }

  /// The penalty of each class; the stronger of ties.
  private func choose(_ quality: [Int: [Double]], _ classes: [Int]) -> [Int: Int] {
    let candidates = settings.lambdas.values.indices
    func best(_ values: [Double]) -> Int { candidates.max { (values[$0], $0) < (values[$1], $1) }! }
    let overall = best(candidates.map { place in quality.values.reduce(0) { $0 + $1[place] } })
    return Dictionary(uniqueKeysWithValues: classes.map { ($0, quality[$0].map(best) ?? overall) })
  }

  /// Minimises one set a job, all in the same passes: job i is problem `owners[i]` under the penalty `choices[i]`.
  private func minimize(
    _ objective: BinaryObjective, _ owners: [Int], _ choices: [Int], from starts: [WorkBuffer<Double>?],
    _ covariance: BlockCovariance, _ report: (Int) -> Void
  ) -> [QuasiNewton] {
    let columns = objective.data.columns
    let isBiasPenalised = settings.loss == .squaredHinge
    let curvature = settings.loss == .logistic ? 0.25 : 2
    var preconditioners: [Int: Preconditioner] = [:]
    let strengths = zip(owners, choices).map { strength(settings.lambdas.values[$1], objective.problems[$0]) }
    for (place, choice) in choices.enumerated() where preconditioners[choice] == nil {
      preconditioners[choice] = Preconditioner(
        covariance: covariance, lambda: strengths[place] / curvature, classes: 1)
    }
    let runs = zip(choices, starts).map { choice, start in
      let trial = WorkBuffer<Double>(objective.parameters, repeating: 0)
      if let start { trial.pointer.update(from: start.pointer, count: trial.count) }
      return QuasiNewton(
        from: trial, tolerance: settings.gradientNorm, limit: settings.maxIterations,
        precondition: preconditioners[choice]!.apply)
    }
    SerialBLAS.run {
      let gradients = WorkBuffer<Double>(uninitialized: runs.count * objective.parameters)
      var active = Array(runs.indices)
      while !active.isEmpty {
        let losses = objective.evaluate(
          active.map { UnsafePointer(runs[$0].trial.pointer) }, owners: active.map { owners[$0] }, gradients: gradients)
        let working = active
        try? Parallel.forEach(working.count, threads: objective.data.threads) { place throws(MVError) in
          let run = runs[working[place]]
          let lambda = strengths[working[place]]
          let gradient = gradients.pointer + place * objective.parameters
          var square = 0.0
          for index in 0..<columns + (isBiasPenalised ? 1 : 0) {
            square += run.trial.pointer[index] * run.trial.pointer[index]
            gradient[index] += lambda * run.trial.pointer[index]
          }
          run.tell(value: losses[place] + lambda / 2 * square, gradient: gradient)
        }
        active.removeAll { runs[$0].ending != nil }
        if active.count < working.count { report(working.count - active.count) }
      }
    }
    return runs
  }

  private func fitted(
    _ runs: [(problem: BinaryProblem, run: QuasiNewton)], _ choices: [Int], _ quality: [Int: [Double]]
  ) -> FittedMultiLabelProbe {
    let columns = data.columns
    var weights: [Float] = []
    weights.reserveCapacity(runs.count * columns)
    for (_, run) in runs {
      for column in 0..<columns { weights.append(Float(run.point.pointer[column] * Double(data.scale[column]))) }
    }
    let classifiers = zip(runs, choices).map { entry, choice in
      FittedMultiLabelProbe.Classifier(
        label: entry.problem.label, lambda: settings.lambdas.values[choice], bias: entry.run.point.pointer[columns],
        objective: entry.run.value, gradientNorm: entry.run.gradientNorm, converged: entry.run.ending == .converged,
        validation: quality[entry.problem.label])
    }
    return FittedMultiLabelProbe(
      inputs: data.reader.representations.map { .init(name: $0.name, columns: $0.columns) }, classNames: classNames,
      loss: settings.loss, lambdas: settings.lambdas.values, classifiers: classifiers, weights: weights,
      center: data.center, trainRows: data.rows, seconds: (clock.now - start).seconds)
  }
}
