public import MVCore

extension NearestNeighbors {
  /// Classifies every labeled row of `split` by its neighbors in the other folds.
  ///
  /// The scores are those of all rows together, in the order of the rows. Throws where k exceeds the rows of the other
  /// folds, and as ``evaluate(train:test:cancellation:progress:)`` does.
  public func evaluate(
    _ split: LabeledFeatures, in folds: Folds, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> NearestNeighborScores {
    let run = EvaluationRun("k-NN", cancellation: cancellation, progress: progress)
    let total = folds.rows.reduce(0) { $0 + $1.count }
    var scores: [NearestNeighborScores] = []
    var done = 0
    for part in try folds.parts(of: split) {
      let (start, count) = (done, part.test.rows.count)
      scores.append(
        try evaluate(train: part.train, test: part.test, cancellation: cancellation) { part in
          run.report(start + part.done, of: total)
        })
      done += count
    }
    return try NearestNeighborScores(joining: scores, seconds: run.seconds)
  }
}

extension NearestNeighborScores {
  /// Joins the scores of folds; `trainRows` are those of the largest.
  init(joining parts: [NearestNeighborScores], seconds: Double) throws(MVError) {
    guard let first = parts.first else { throw .usage("folds", "are none", remedy: "give 2 or more") }
    let rows = parts.flatMap(\.testRows)
    let order = rows.indices.sorted { rows[$0] < rows[$1] }
    func ordered<Value>(_ values: [Value]) -> [Value] { order.map { values[$0] } }
    let truth = ordered(parts.flatMap(\.classes))
    let results = first.results.indices.map { index in
      let chosen = ordered(parts.flatMap { $0.results[index].predictions })
      // Whole numbers of rows, so that rounding does not add up.
      let inTop5 = parts.reduce(0) { $0 + Int(($1.results[index].top5 * Double($1.testRows.count)).rounded()) }
      return Result(
        k: first.results[index].k, temperature: first.results[index].temperature,
        top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(rows.count),
        top5: Double(inTop5) / Double(rows.count), predictions: chosen)
    }
    self.init(
      results: results, metric: first.metric, weighting: first.weighting,
      trainRows: parts.map(\.trainRows).max() ?? 0, testRows: ordered(rows), classes: truth,
      labels: parts.reduce(into: Set<Int64>()) { $0.formUnion($1.labels) }.sorted(), seconds: seconds,
      zeroRows: ZeroRows.joined(parts.flatMap(\.zeroRows)))
  }
}

extension LinearProbe {
  /// Predicts every labeled row of `split` by a probe fitted to the other folds, which each choose their own penalty.
  ///
  /// The scores are those of all rows together, in the order of the rows. `progress` counts folds. Throws as
  /// ``fit(_:cancellation:progress:)`` does.
  public func score(
    _ split: LabeledFeatures, in folds: Folds, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ProbeScores {
    let run = EvaluationRun("linear probe", cancellation: cancellation, progress: progress)
    var parts: [ProbeScores] = []
    for part in try folds.parts(of: split) {
      let probe = try fit(part.train, cancellation: cancellation)
      parts.append(try probe.score(part.test, threads: threads, cancellation: cancellation))
      run.report(parts.count, of: folds.count)
    }
    return ProbeScores(joining: parts)
  }
}

extension ProbeScores {
  /// Joins the scores of folds.
  init(joining parts: [ProbeScores]) {
    let rows = parts.flatMap(\.testRows)
    let order = rows.indices.sorted { rows[$0] < rows[$1] }
    func ordered<Value>(_ values: [Value]) -> [Value] { order.map { values[$0] } }
    let (truth, chosen) = (ordered(parts.flatMap(\.classes)), ordered(parts.flatMap(\.predictions)))
    let inTop5 = parts.reduce(0) { $0 + Int(($1.top5 * Double($1.testRows.count)).rounded()) }
    self.init(
      top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(max(rows.count, 1)),
      top5: Double(inTop5) / Double(max(rows.count, 1)), testRows: ordered(rows), classes: truth, predictions: chosen,
      labels: parts.reduce(into: Set<Int64>()) { $0.formUnion($1.labels) }.sorted())
  }
}
