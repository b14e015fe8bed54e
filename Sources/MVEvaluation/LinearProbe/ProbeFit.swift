internal import MVCore
internal import MVStore

/// One fit of a linear probe: holds rows out, chooses the penalty, and fits all rows.
struct ProbeFit {
  let settings: LinearProbe
  let data: ProbeData
  let classes: [Int64]
  /// The rows of each fold: rows are ordered by the fold they are held out in, those never held out first.
  let folds: [Range<Int>]
  /// The weight of each class; nil where all are 1.
  private let classWeights: [Float]?
  private let run: EvaluationRun

  init(
    settings: LinearProbe, train: LabeledFeatures, cacheBytes: Int = ProbeData.cacheBytes,
    run: EvaluationRun = EvaluationRun()
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
    let order = (-1..<split.folds).map { fold in rows.indices.filter { split.fold[$0] == fold } }
    var end = order[0].count
    folds = order.dropFirst().map { part in
      defer { end += part.count }
      return end..<end + part.count
    }
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

  /// Compares the penalties and fits all rows under the one chosen; throws where the work shall stop.
  func fit() throws(MVError) -> FittedProbe {
    // Penalties are compared in the space of the rows where that is smaller; the last fit is made on the features.
    let space = folds.isEmpty ? nil : try RowSpace(of: data)
    let compared = space?.data ?? data
    let covariance = try BlockCovariance(of: compared, penalties: settings.lambdas.values.count)
    let ended = run.counter(of: settings.lambdas.values.count * folds.count + 1)
    let comparison = try compare(on: compared, covariance, ended)
    let accuracy = accuracy(of: comparison.hits)
    let score = settings.classWeights == .balanced ? accuracy.map { $0.balanced } : accuracy.map { $0.top1 }
    // The last of the best: penalties ascend, and of ties the larger one is chosen.
    let chosen = score.indices.reduce(0) { score[$1] >= score[$0] ? $1 : $0 }
    let lambda = settings.lambdas.values[chosen]
    let descent = try refit(lambda, from: comparison.points[chosen], space, covariance, ended)
    return fitted(
      descent, lambda: lambda,
      candidates: zip(settings.lambdas.values, accuracy).map { lambda, accuracy in
        FittedProbe.Candidate(
          lambda: lambda, validationTop1: folds.isEmpty ? nil : accuracy.top1,
          validationBalancedAccuracy: folds.isEmpty ? nil : accuracy.balanced)
      })
  }

  /// The held-out rows of each class that each penalty classifies rightly, and where its last fit ended.
  private func compare(
    on compared: ProbeData, _ covariance: BlockCovariance, _ ended: (Int) -> Void
  ) throws(MVError) -> (hits: [[Int]], points: [WorkBuffer<Double>?]) {
    let lambdas = settings.lambdas.values
    var hits = lambdas.map { _ in [Int](repeating: 0, count: classes.count) }
    var points: [WorkBuffer<Double>?] = lambdas.map { _ in nil }
    for fold in folds {
      let kept = [0..<fold.lowerBound, fold.upperBound..<data.rows].filter { !$0.isEmpty }
      let objective = ProbeObjective(data: compared, classes: classes.count, ranges: kept, classWeights: classWeights)
      let validation = ProbeObjective(data: compared, classes: classes.count, ranges: [fold])
      for batch in batches {
        let descents = try minimize(
          objective, batch.map { lambdas[$0] }, from: batch.map { points[$0] }, covariance, ended)
        let scores = try SerialBLAS.run { () throws(MVError) in
          try validation.hits(descents.map { UnsafePointer($0.point.pointer) })
        }
        for (place, index) in batch.enumerated() {
          for label in classes.indices { hits[index][label] += scores[place][label] }
          points[index] = descents[place].point
        }
      }
    }
    return (hits, points)
  }

  /// Top-1 and balanced accuracy of each penalty on the rows that were held out; zeros where none were.
  private func accuracy(of hits: [[Int]]) -> [(top1: Double, balanced: Double)] {
    let counts = folds.joined().reduce(into: [Int](repeating: 0, count: classes.count)) {
      $0[Int(data.labels[$1])] += 1
    }
    let heldOut = counts.reduce(0, +)
    let known = classes.indices.filter { counts[$0] > 0 }
    return hits.map { hits in
      let sum = known.reduce(0) { $0 + Double(hits[$1]) / Double(counts[$1]) }
      return (Double(hits.reduce(0, +)) / Double(max(heldOut, 1)), sum / Double(max(known.count, 1)))
    }
  }

  /// Fits all rows under one penalty, from where its last fit ended.
  private func refit(
    _ lambda: Double, from start: WorkBuffer<Double>?, _ space: RowSpace?, _ covariance: BlockCovariance,
    _ ended: (Int) -> Void
  ) throws(MVError) -> QuasiNewton {
    func all(_ data: ProbeData) -> ProbeObjective {
      ProbeObjective(data: data, classes: classes.count, ranges: [0..<data.rows], classWeights: classWeights)
    }
    var point = start
    var final = covariance
    if let space {
      let reduced = try minimize(all(space.data), [lambda], from: [point], covariance) { _ in }[0]
      point = space.expanded(reduced.point, classes: classes.count)
      final = try BlockCovariance(of: data, penalties: 1)
    }
    let descent = try minimize(all(data), [lambda], from: [point], final, ended)[0]
    guard descent.value.isFinite else {
      throw .internalFault(
        "linear probe", "did not converge: the loss is not finite", remedy: "standardize the features")
    }
    return descent
  }

  /// The penalties in batches whose state fits in memory together.
  private var batches: [Range<Int>] {
    let bytes = 8 * classes.count * (data.columns + 1) * 32
    let length = max(1, (3 << 29) / bytes)
    return stride(from: 0, to: settings.lambdas.values.count, by: length).map {
      $0..<min(settings.lambdas.values.count, $0 + length)
    }
  }

  /// Minimizes the objective under each penalty, all in the same passes.
  private func minimize(
    _ objective: ProbeObjective, _ lambdas: [Double], from starts: [WorkBuffer<Double>?],
    _ covariance: BlockCovariance, _ ended: (Int) -> Void
  ) throws(MVError) -> [QuasiNewton] {
    var jobs: [SharedDescent.Job] = []
    for (lambda, start) in zip(lambdas, starts) {
      try run.check()
      let preconditioner = Preconditioner(covariance: covariance, lambda: lambda, classes: classes.count)
      jobs.append(SharedDescent.Job(start: start, lambda: lambda, preconditioner: preconditioner))
    }
    let descent = SharedDescent(
      tolerance: settings.gradientNorm, limit: settings.maxIterations, parameters: objective.parameters,
      penalized: classes.count * objective.data.columns, threads: data.threads, run: run)
    return try descent.minimize(jobs, ended: ended) { (_, points, gradients) throws(MVError) in
      try objective.evaluate(points, gradients: gradients)
    }
  }

  private func fitted(_ descent: QuasiNewton, lambda: Double, candidates: [FittedProbe.Candidate]) -> FittedProbe {
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
      gradientNorm: descent.gradientNorm, converged: descent.ending == .converged, iterations: descent.evaluations,
      trainRows: data.rows, standardized: settings.standardize, seed: settings.seed, seconds: run.seconds)
  }
}
