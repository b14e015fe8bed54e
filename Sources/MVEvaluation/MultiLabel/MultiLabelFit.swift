internal import MVCore
internal import MVStore

/// One fit of a multi-label probe: compares penalties on folds, and fits every class to all rows.
struct MultiLabelFit {
  let settings: MultiLabelProbe
  let data: ProbeData
  let classNames: [String]
  /// The labels, one column per class.
  private let labels: [[UInt8]]
  private let run: EvaluationRun

  init(
    settings: MultiLabelProbe, train: LabeledFeatures, classNames: [String], cacheBytes: Int = ProbeData.cacheBytes,
    run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    self.run = run
    self.settings = settings
    labels = try train.labelColumns()
    self.classNames = labels.indices.map { $0 < classNames.count ? classNames[$0] : "\($0)" }
    data = try ProbeData(
      reader: RowReader(train, rows: train.rows), labels: [Int32](repeating: 0, count: train.rows.count),
      scaling: settings.loss == .squaredHinge ? .unitRows : settings.standardize ? .standardized : .centered,
      threads: max(1, settings.threads), cacheBytes: cacheBytes, run: run)
  }

  /// Chooses the penalty of every class and fits it to all rows; throws where no class can be, or the work shall stop.
  func fit() throws(MVError) -> FittedMultiLabelProbe {
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
    let ended = run.counter(of: partial.count * lambdas.count + whole.count)
    // Penalties are compared in the space of the rows where that is smaller; the last fits are made on the features.
    let space = partial.isEmpty ? nil : try RowSpace(of: data)
    let compared = space?.data ?? data
    let covariance = try BlockCovariance(of: compared, penalties: lambdas.count)
    let quality = try compare(partial, on: compared, covariance, ended)
    let choices = choose(quality, whole.map(\.label))
    var jobs = zip(whole.indices, choices).map { FitJob(problem: $0, choice: $1) }
    var final = covariance
    if let space {
      let reduced = BinaryObjective(data: compared, problems: whole, loss: settings.loss)
      for (place, descent) in try minimize(reduced, jobs, covariance, { _ in }).enumerated() {
        jobs[place].start = space.expanded(descent.point, classes: 1)
      }
      final = try BlockCovariance(of: data, penalties: lambdas.count)
    }
    let objective = BinaryObjective(data: data, problems: whole, loss: settings.loss)
    let runs = try minimize(objective, jobs, final, ended)
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
  /// A cost C multiplies the sum of the losses; divided by C n, the mean loss and half the penalty remain.
  private func strength(_ lambda: Double, _ problem: BinaryProblem) -> Double {
    settings.loss == .logistic ? lambda : lambda / Double(problem.rows)
  }

  /// The average precision on held-out rows, averaged over the folds: by class, then penalty.
  private func compare(
    _ problems: [BinaryProblem], on data: ProbeData, _ covariance: BlockCovariance, _ ended: (Int) -> Void
  ) throws(MVError) -> [Int: [Double]] {
    let count = settings.lambdas.values.count
    let objective = BinaryObjective(data: data, problems: problems, loss: settings.loss)
    var sums: [Int: [Double]] = [:]
    let jobs = problems.indices.flatMap { problem in (0..<count).map { FitJob(problem: problem, choice: $0) } }
    // As many sets as have their state in memory together.
    let length = max(1, (3 << 29) / (8 * (data.columns + 1) * 32))
    for first in stride(from: 0, to: jobs.count, by: length) {
      let batch = Array(jobs[first..<min(jobs.count, first + length)])
      let runs = try minimize(objective, batch, covariance, ended)
      let scores = try SerialBLAS.run { () throws(MVError) in
        try objective.scores(runs.map { UnsafePointer($0.point.pointer) })
      }
      for (place, job) in batch.enumerated() {
        let problem = problems[job.problem]
        let rows = problem.heldOut
        let column = labels[problem.label]
        let precision = AveragePrecision.stepwise(
          rows.map { scores.pointer[place * data.rows + $0] }, rows.map { column[$0] })
        sums[problem.label, default: [Double](repeating: 0, count: count)][job.choice] +=
          (precision ?? 0) / Double(settings.folds)
      }
    }
    return sums
  }

  /// The penalty of each class; of ties the stronger one.
  private func choose(_ quality: [Int: [Double]], _ classes: [Int]) -> [Int] {
    let candidates = settings.lambdas.values.indices
    func best(_ values: [Double]) -> Int { candidates.reduce(0) { values[$1] >= values[$0] ? $1 : $0 } }
    let overall = best(candidates.map { place in quality.values.reduce(0) { $0 + $1[place] } })
    return classes.map { quality[$0].map(best) ?? overall }
  }

  /// A problem, by its number, to be fitted under a penalty, by its place among those to choose from.
  private struct FitJob {
    let problem: Int
    let choice: Int
    var start: WorkBuffer<Double>?
  }

  /// Minimizes the objective for each job, all in the same passes.
  private func minimize(
    _ objective: BinaryObjective, _ jobs: [FitJob], _ covariance: BlockCovariance, _ ended: (Int) -> Void
  ) throws(MVError) -> [QuasiNewton] {
    let curvature = settings.loss == .logistic ? 0.25 : 2
    // Jobs of one penalty share what the first of them wants.
    var preconditioners: [Int: Preconditioner] = [:]
    var penalized: [SharedDescent.Job] = []
    for job in jobs {
      try run.check()
      let lambda = strength(settings.lambdas.values[job.choice], objective.problems[job.problem])
      let preconditioner =
        preconditioners[job.choice]
        ?? Preconditioner(covariance: covariance, lambda: lambda / curvature, classes: 1)
      preconditioners[job.choice] = preconditioner
      penalized.append(SharedDescent.Job(start: job.start, lambda: lambda, preconditioner: preconditioner))
    }
    let isBiasPenalized = settings.loss == .squaredHinge
    let descent = SharedDescent(
      tolerance: settings.gradientNorm, limit: settings.maxIterations, parameters: objective.parameters,
      penalized: objective.data.columns + (isBiasPenalized ? 1 : 0), threads: objective.data.threads, run: run)
    return try descent.minimize(penalized, ended: ended) { (active, points, gradients) throws(MVError) in
      try objective.evaluate(points, owners: active.map { jobs[$0].problem }, gradients: gradients)
    }
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
      center: data.center, trainRows: data.rows, seconds: run.seconds)
  }
}
