internal import MVCore

extension NearestNeighbors {
  func evaluate(
    train: LabeledFeatures, test: LabeledFeatures, leavingOut: Bool, progress: (@Sendable (RunProgress) -> Void)?
  ) throws(MVError) -> NearestNeighborScores {
    let clock = ContinuousClock()
    let start = clock.now
    try checkSettings()
    let trainClasses = try train.classes()
    let testClasses = try test.classes()
    let trainRows = train.rows.filter { trainClasses[$0] >= 0 }
    let testRows = test.rows.filter { testClasses[$0] >= 0 }
    for (split, rows) in [(train, trainRows), (test, testRows)] where rows.isEmpty {
      throw .badData("labels of \(split.name)", "are all missing", remedy: "choose a labelled split")
    }
    let largest = max(trainRows.map { trainClasses[$0] }.max()!, testRows.map { testClasses[$0] }.max()!)
    let classCount = Int(largest) + 1
    let labels = trainRows.map { Int32(trainClasses[$0]) }
    let truth = testRows.map { testClasses[$0] }
    let scales = weighting == .dino ? temperatures : [1]

    let search = try makeSearch(
      RowReader(train, rows: trainRows), RowReader(test, rows: testRows), leavingOut: leavingOut)
    let votings = scales.flatMap { temperature in k.map { (k: $0, temperature: temperature) } }
    let predictions = WorkBuffer<Int64>(votings.count * testRows.count, repeating: -1)
    let inTop5 = WorkBuffer<Bool>(votings.count * testRows.count, repeating: false)
    let ascending = k.indices.sorted { k[$0] < k[$1] }
    try search.run(progress: progress) { query, ranked in
      var votes = [Double](repeating: 0, count: classCount)
      for (block, temperature) in scales.enumerated() {
        for index in votes.indices { votes[index] = 0 }
        var counted = 0
        for choice in ascending {
          while counted < k[choice] {
            let neighbor = ranked[counted]
            votes[Int(labels[Int(neighbor.position)])] += weight(
              of: neighbor.value, nearest: ranked[0].value, temperature: temperature)
            counted += 1
          }
          let place = (block * k.count + choice) * truth.count + query
          let own = votes[Int(truth[query])]
          var best = 0
          var ahead = 0
          for (index, vote) in votes.enumerated() {
            if vote > votes[best] { best = index }
            if vote > own || (vote == own && index < truth[query]) { ahead += 1 }
          }
          predictions.pointer[place] = Int64(best)
          inTop5.pointer[place] = ahead < min(5, k[choice])
        }
      }
    }
    let results = votings.indices.map { index in
      let range = index * truth.count..<(index + 1) * truth.count
      let chosen = Array(predictions.slice(range))
      return NearestNeighborScores.Result(
        k: votings[index].k, temperature: weighting == .dino ? votings[index].temperature : nil,
        top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(truth.count),
        top5: Double(inTop5.slice(range).count { $0 }) / Double(truth.count), predictions: chosen)
    }
    return NearestNeighborScores(
      results: results, metric: metric, weighting: weighting, trainRows: trainRows.count, testRows: testRows,
      classes: truth, classCount: classCount, seconds: (clock.now - start).seconds)
  }

  func search(
    train: LabeledFeatures, queries: LabeledFeatures, leavingOut: Bool, progress: (@Sendable (RunProgress) -> Void)?
  ) throws(MVError) -> Neighbors {
    try checkSettings()
    let search = try makeSearch(
      RowReader(train, rows: train.rows), RowReader(queries, rows: queries.rows), leavingOut: leavingOut)
    let k = search.k
    let rows = WorkBuffer<Int32>(queries.rows.count * k, repeating: 0)
    let values = WorkBuffer<Float>(queries.rows.count * k, repeating: 0)
    let distances = metric == .euclidean
    try search.run(progress: progress) { query, ranked in
      for (index, row) in ranked.enumerated() {
        rows.pointer[query * k + index] = Int32(train.rows[Int(row.position)])
        values.pointer[query * k + index] = Float(distances ? row.value.squareRoot() : row.value)
      }
    }
    return Neighbors(queries: queries.rows, k: k, rows: rows.array, values: values.array)
  }

  /// The vote of a neighbor; scaled so that DINO's weight of the nearest is 1 and no temperature overflows.
  private func weight(of value: Double, nearest: Double, temperature: Double) -> Double {
    switch (weighting, metric) {
    case (.majority, _): 1
    case (.dino, .cosine): exponential((value - nearest) / temperature)
    case (.dino, .euclidean): exponential((nearest - value) / 2 / temperature)
    case (.inverseDistance, .cosine): 1 / (max(0, 1 - value) + 1e-5)
    case (.inverseDistance, .euclidean): 1 / (value.squareRoot() + 1e-5)
    }
  }

  private func makeSearch(
    _ train: RowReader, _ queries: RowReader, leavingOut: Bool
  ) throws(MVError) -> NeighborSearch {
    try train.split.requireSameWidths(as: queries.split)
    let largest = k.max()!
    let available = train.rows.count - (leavingOut ? 1 : 0)
    guard largest <= available else {
      throw .usage(
        "k \(largest)", "exceeds the \(available) rows to choose neighbours from", remedy: "choose a smaller k")
    }
    guard train.rows.count < Int(Int32.max) else {
      throw .usage("rows of \(train.split.name)", "are more than 2^31", remedy: "search in parts")
    }
    return try NeighborSearch(
      train: train, queries: queries, k: largest, metric: metric, leavingOut: leavingOut, threads: max(1, threads))
  }

  private func checkSettings() throws(MVError) {
    guard let smallest = k.min(), smallest >= 1 else {
      throw .usage("k", k.isEmpty ? "is not given" : "is \(k.min()!)", remedy: "give numbers of 1 or more")
    }
    guard weighting != .dino || !temperatures.isEmpty else {
      throw .usage("temperature", "is not given", remedy: "give numbers above 0, such as 0.07")
    }
    if let wrong = temperatures.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .usage("temperature \(wrong)", "is not above 0", remedy: "give numbers above 0, such as 0.07")
    }
  }
}
