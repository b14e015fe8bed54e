internal import MVCore
internal import MVStore

/// One fit of a linear probe: holding rows out, choosing the penalty, and fitting all rows.
struct ProbeFit {
  let settings: LinearProbe
  let data: ProbeData
  let classes: [Int64]
  /// Rows are ordered by the fold they are held out in; those never held out come first.
  let folds: [Range<Int>]
  /// One a class; nil where all are 1.
  private let classWeights: [Float]?
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  init(settings: LinearProbe, train: LabeledFeatures, cacheBytes: Int = ProbeData.cacheBytes) throws(MVError) {
    start = clock.now
    self.settings = settings
    let labels = try train.classes()
    let rows = train.rows.filter { labels[$0] >= 0 }
    classes = try Self.classes(of: rows.map { labels[$0] }, in: train)
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, Int32(0)...))
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
    for row in rows { counts[Int(numbers[labels[row]]!)] += 1 }
    classWeights =
      settings.classWeights == .none
      ? nil : counts.map { Float(Double(rows.count) / Double(counts.count * $0)) }
    data = try ProbeData(
      reader: RowReader(train, rows: ordered), labels: ordered.map { numbers[labels[$0]]! },
      standardize: settings.standardize, threads: max(1, settings.threads), cacheBytes: cacheBytes)
  }

  /// The classes that occur, ascending; throws where there are fewer than two.
  static func classes(of labels: [Int64], in train: LabeledFeatures) throws(MVError) -> [Int64] {
    let classes = Set(labels).sorted()
    guard classes.count > 1 else {
      let found = classes.first.map { "all of class \($0)" } ?? "all missing"
      throw .badData("labels of \(train.name)", "are \(found)", remedy: "a probe needs two classes or more")
    }
    return classes
  }

  func run(progress: (@Sendable (RunProgress) -> Void)?) throws(MVError) -> FittedProbe {
    let lambdas = settings.lambdas.values
    // Penalties are compared in the space of the rows where that is smaller; the last fit is made on the features.
    let space = folds.isEmpty ? nil : RowSpace(of: data)
    let compared = space?.data ?? data
    let covariance = BlockCovariance(of: compared, penalties: lambdas.count)
    let total = lambdas.count * folds.count + 1
    var done = 0
    func report(_ finished: Int) {
      done += finished
      progress?(RunProgress(done: done, total: total, seconds: (clock.now - start).seconds))
    }
    var hits = lambdas.map { _ in [Int](repeating: 0, count: classes.count) }
    var points: [WorkBuffer<Double>?] = lambdas.map { _ in nil }
    for fold in folds {
      let kept = [0..<fold.lowerBound, fold.upperBound..<data.rows].filter { !$0.isEmpty }
      let objective = ProbeObjective(data: compared, classes: classes.count, ranges: kept, classWeights: classWeights)
      let validation = ProbeObjective(data: compared, classes: classes.count, ranges: [fold])
      for batch in batches {
        let runs = minimize(objective, batch.map { lambdas[$0] }, from: batch.map { points[$0] }, covariance, report)
        SerialBLAS.run {
          let scores = validation.hits(runs.map { UnsafePointer($0.point.pointer) })
          for (index, score) in zip(batch, scores) {
            for label in classes.indices { hits[index][label] += score[label] }
          }
        }
        for (index, run) in zip(batch, runs) { points[index] = run.point }
      }
    }
    // The last of the best: penalties ascend, and of ties the larger one is chosen.
    let counts = folds.joined().reduce(into: [Int](repeating: 0, count: classes.count)) {
      $0[Int(data.labels[$1])] += 1
    }
    let heldOut = counts.reduce(0, +)
    let top1 = hits.map { Double($0.reduce(0, +)) / Double(max(heldOut, 1)) }
    let balanced = hits.map { hits in
      let known = classes.indices.filter { counts[$0] > 0 }
      return known.reduce(0) { $0 + Double(hits[$1]) / Double(counts[$1]) } / Double(max(known.count, 1))
    }
    let score = settings.classWeights == .balanced ? balanced : top1
    let chosen = lambdas.indices.max { (score[$0], $0) < (score[$1], $1) }!
    var point = points[chosen]
    if let space {
      let all = ProbeObjective(
        data: compared, classes: classes.count, ranges: [0..<data.rows], classWeights: classWeights)
      let reduced = minimize(all, [lambdas[chosen]], from: [point], covariance) { _ in }[0]
      point = space.expanded(reduced.point, classes: classes.count)
    }
    let objective = ProbeObjective(
      data: data, classes: classes.count, ranges: [0..<data.rows], classWeights: classWeights)
    let final = space == nil ? covariance : BlockCovariance(of: data, penalties: 1)
    let run = minimize(objective, [lambdas[chosen]], from: [point], final, report)[0]
    guard run.value.isFinite else {
      throw .internalFault(
        "linear probe", "did not converge: the loss is not finite", remedy: "standardize the features")
    }
    return fitted(
      run, lambda: lambdas[chosen],
      candidates: lambdas.indices.map { index in
        .init(
          lambda: lambdas[index], validationTop1: heldOut == 0 ? nil : top1[index],
          validationBalancedAccuracy: heldOut == 0 ? nil : balanced[index])
      })
  }

  /// Penalties whose state fits in memory together.
  private var batches: [Range<Int>] {
    let bytes = 8 * classes.count * (data.columns + 1) * 32
    let length = max(1, (3 << 29) / bytes)
    return stride(from: 0, to: settings.lambdas.values.count, by: length).map {
      $0..<min(settings.lambdas.values.count, $0 + length)
    }
  }

  /// Minimises the objective under each penalty, all in the same passes.
  private func minimize(
    _ objective: ProbeObjective, _ lambdas: [Double], from starts: [WorkBuffer<Double>?],
    _ covariance: BlockCovariance, _ report: (Int) -> Void
  ) -> [QuasiNewton] {
    let size = classes.count * objective.data.columns
    let runs = zip(lambdas, starts).map { lambda, start in
      let preconditioner = Preconditioner(covariance: covariance, lambda: lambda, classes: classes.count)
      let trial = WorkBuffer<Double>(objective.parameters, repeating: 0)
      if let start { trial.pointer.update(from: start.pointer, count: trial.count) }
      return QuasiNewton(
        from: trial, tolerance: settings.gradientNorm, limit: settings.maxIterations,
        precondition: preconditioner.apply)
    }
    SerialBLAS.run {
      let gradients = WorkBuffer<Double>(uninitialized: runs.count * objective.parameters)
      var active = Array(runs.indices)
      while !active.isEmpty {
        let losses = objective.evaluate(active.map { UnsafePointer(runs[$0].trial.pointer) }, gradients: gradients)
        let working = active
        try? Parallel.forEach(working.count, threads: data.threads) { place throws(MVError) in
          let run = runs[working[place]]
          let lambda = lambdas[working[place]]
          let gradient = gradients.pointer + place * objective.parameters
          var square = 0.0
          for index in 0..<size {
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

  private func fitted(_ run: QuasiNewton, lambda: Double, candidates: [FittedProbe.Candidate]) -> FittedProbe {
    let size = classes.count * data.columns
    var square = 0.0
    var weights = [Float](repeating: 0, count: size)
    for index in 0..<size {
      let weight = run.point.pointer[index]
      square += weight * weight
      weights[index] = Float(weight * Double(data.scale[index % data.columns]))
    }
    return FittedProbe(
      inputs: data.reader.representations.map { .init(name: $0.name, columns: $0.columns) }, classes: classes,
      weights: weights, bias: (0..<classes.count).map { run.point.pointer[size + $0] }, center: data.center,
      lambda: lambda, candidates: candidates, trainLoss: run.value - lambda / 2 * square, objective: run.value,
      gradientNorm: run.gradientNorm, converged: run.ending == .converged, iterations: run.evaluations,
      trainRows: data.rows, standardized: settings.standardize, seed: settings.seed,
      seconds: (clock.now - start).seconds)
  }
}
