public import MVCore

/// The classes that the neighbors of each query vote for.
public struct NeighborVotes: Hashable, Sendable {
  /// The query rows, as numbered in their representation.
  public let queries: [Int]
  /// The classes of the train rows, ascending.
  public let classes: [Int64]
  /// The class with most votes for each query; of equal votes the lower class.
  public let predictions: [Int64]
  /// Each class's share of the votes, 0...1: queries x classes.
  public let shares: Matrix
}

extension NearestNeighbors {
  /// Lets the nearest labeled rows of `train` vote on the class of each row of `queries`, whose labels do not matter.
  ///
  /// The first of ``k`` and of ``temperatures`` count. Throws where k exceeds the number of labeled rows, widths
  /// differ, a value is not finite, or `train` has no labels.
  public func vote(
    train: LabeledFeatures, queries: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> NeighborVotes {
    let (rows, classes) = try train.labeledRows()
    return try vote(
      RowReader(train, rows: rows), classes, on: RowReader(queries, rows: queries.rows), leavingOut: false,
      EvaluationRun("k-NN", cancellation: cancellation, progress: progress))
  }

  /// Lets the nearest other labeled rows of `split` vote on the class of each labeled row.
  ///
  /// Throws where k exceeds the number of other rows, a value is not finite, or the split has no labels.
  public func vote(
    leavingOneOut split: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> NeighborVotes {
    let (rows, classes) = try split.labeledRows()
    let reader = RowReader(split, rows: rows)
    return try vote(
      reader, classes, on: reader, leavingOut: true,
      EvaluationRun("k-NN", cancellation: cancellation, progress: progress))
  }

  private func vote(
    _ train: RowReader, _ trainClasses: [Int64], on queries: RowReader, leavingOut: Bool, _ run: EvaluationRun
  ) throws(MVError) -> NeighborVotes {
    let single = NearestNeighbors(
      k: Array(k.prefix(1)), temperatures: Array(temperatures.prefix(1)), metric: metric, weighting: weighting,
      threads: threads)
    try single.checkSettings()
    let labels = Set(trainClasses).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(labels, Int32(0)...))
    let search = try single.makeSearch(train, queries, leavingOut: leavingOut, run)
    let ballot = Ballot(single, numbers: trainClasses.map { numbers[$0] ?? 0 }, classCount: labels.count)
    let predictions = WorkBuffer<Int64>(queries.rows.count, repeating: -1)
    let shares = WorkBuffer<Float>(queries.rows.count * labels.count, repeating: 0)
    try search.forEachQuery { query, ranked in
      ballot.count(ranked, truth: 0) { _, best, _ in predictions.pointer[query] = labels[best] }
      ballot.share(ranked, into: shares.pointer + query * labels.count)
    }
    return NeighborVotes(
      queries: queries.rows, classes: labels, predictions: predictions.array,
      shares: Matrix(rows: queries.rows.count, columns: labels.count, values: shares.array))
  }
}
