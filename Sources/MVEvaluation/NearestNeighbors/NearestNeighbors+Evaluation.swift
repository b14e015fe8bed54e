internal import MVCore

extension NearestNeighbors {
  func evaluate(
    train: LabeledFeatures, test: LabeledFeatures, leavingOut: Bool, run: EvaluationRun
  ) throws(MVError) -> NearestNeighborScores {
    try checkSettings()
    let (trainRows, trainClasses) = try train.labeledRows()
    let (testRows, truth) = try test.labeledRows()
    // Classes are numbered by those that occur, ascending, so that ties still go to the lower one.
    let labels = Set(trainClasses).union(truth).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(labels, Int32(0)...))
    let asked = truth.map { Int(numbers[$0] ?? 0) }
    let search = try makeSearch(
      RowReader(train, rows: trainRows), RowReader(test, rows: testRows), leavingOut: leavingOut, run)
    let ballot = Ballot(self, numbers: trainClasses.map { numbers[$0] ?? 0 }, classCount: labels.count)
    let predictions = WorkBuffer<Int64>(ballot.settings.count * testRows.count, repeating: -1)
    let inTop5 = WorkBuffer<Bool>(ballot.settings.count * testRows.count, repeating: false)
    try search.forEachQuery { query, ranked in
      ballot.count(ranked, truth: asked[query]) { setting, prediction, isInTop5 in
        predictions.pointer[setting * truth.count + query] = labels[prediction]
        inTop5.pointer[setting * truth.count + query] = isInTop5
      }
    }
    let results = ballot.settings.enumerated().map { index, setting in
      let range = index * truth.count..<(index + 1) * truth.count
      let chosen = Array(predictions.slice(range))
      return NearestNeighborScores.Result(
        k: setting.k, temperature: weighting == .dino ? setting.temperature : nil,
        top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(truth.count),
        top5: Double(inTop5.slice(range).count { $0 }) / Double(truth.count), predictions: chosen)
    }
    return NearestNeighborScores(
      results: results, metric: metric, weighting: weighting, trainRows: trainRows.count, testRows: testRows,
      classes: truth, labels: labels, seconds: run.seconds, zeroRows: search.zeroRows)
  }

  func search(
    train: LabeledFeatures, queries: LabeledFeatures, leavingOut: Bool, run: EvaluationRun
  ) throws(MVError) -> Neighbors {
    try checkSettings()
    let search = try makeSearch(
      RowReader(train, rows: train.rows), RowReader(queries, rows: queries.rows), leavingOut: leavingOut, run)
    let k = search.k
    let rows = WorkBuffer<Int32>(queries.rows.count * k, repeating: 0)
    let values = WorkBuffer<Float>(queries.rows.count * k, repeating: 0)
    let distances = metric == .euclidean
    try search.forEachQuery { query, ranked in
      for (index, row) in ranked.enumerated() {
        rows.pointer[query * k + index] = Int32(train.rows[Int(row.position)])
        values.pointer[query * k + index] = Float(distances ? row.value.squareRoot() : row.value)
      }
    }
    return Neighbors(queries: queries.rows, k: k, rows: rows.array, values: values.array, zeroRows: search.zeroRows)
  }

  func makeSearch(
    _ train: RowReader, _ queries: RowReader, leavingOut: Bool, _ run: EvaluationRun
  ) throws(MVError) -> NeighborSearch {
    try train.split.requireSameWidths(as: queries.split)
    let largest = k.reduce(1, max)
    let available = train.rows.count - (leavingOut ? 1 : 0)
    guard largest <= available else {
      throw .usage(
        "k \(largest)", "exceeds the \(available) rows to choose neighbours from", remedy: "choose a smaller k")
    }
    guard train.rows.count < Int(Int32.max) else {
      throw .usage("rows of \(train.split.name)", "are more than 2^31", remedy: "search in parts")
    }
    return try NeighborSearch(
      train: train, queries: queries, k: largest, metric: metric, leavingOut: leavingOut, threads: max(1, threads),
      screening: screening, run: run)
  }

  func checkSettings() throws(MVError) {
    guard let smallest = k.min() else { throw .usage("k", "is not given", remedy: "give numbers of 1 or more") }
    guard smallest >= 1 else { throw .usage("k", "is \(smallest)", remedy: "give numbers of 1 or more") }
    guard weighting != .dino || !temperatures.isEmpty else {
      throw .usage("temperature", "is not given", remedy: "give numbers above 0, such as 0.07")
    }
    if let wrong = temperatures.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .usage("temperature \(wrong)", "is not above 0", remedy: "give numbers above 0, such as 0.07")
    }
  }
}
