internal import Foundation
public import MVCore
public import MVStore

extension Comparison {
  /// Features to compare, with the rows to learn from and to score.
  public struct Contender: Sendable {
    /// Its name in the table.
    public let name: String
    /// The file that its features are from; empty where there is none.
    public let file: String
    /// The rows to learn from and to score; a single split is cross-validated.
    public let pair: EvaluationPair
    /// The id of every row of the split to learn from; nil where rows have none.
    public let trainIDs: PackedStrings?
    /// The id of every row of the split to score; nil where rows have none.
    public let testIDs: PackedStrings?

    /// Names features; see the properties.
    public init(
      _ name: String, _ pair: EvaluationPair, trainIDs: PackedStrings? = nil, testIDs: PackedStrings? = nil,
      file: String = ""
    ) {
      self.name = name
      self.pair = pair
      self.trainIDs = trainIDs
      self.testIDs = testIDs
      self.file = file
    }

    /// The rows that are scored, by id and class: two contenders with the same are compared row by row.
    public func scoredRows(folds: Int?) -> Set<ScoredRow> {
      let (part, ids): (LabeledFeatures, PackedStrings?) =
        switch (pair, folds) {
        case (.splits(_, let test), nil): (test, testIDs)
        case (.splits(let all, _), _), (.single(let all), _): (all, trainIDs)
        }
      guard let ids, case .single(let labels) = part.labels else { return [] }
      return Set(part.rows.filter { labels[$0] >= 0 }.map { ScoredRow(id: ids[$0], label: labels[$0]) })
    }

    /// Names representations of a file, joined where there are several; throws where one is missing or unfinished.
    public init(
      _ name: String, of file: FeatureFile, _ representations: [String], splits: EvaluationSplits
    ) throws(MVError) {
      self.init(
        name, try EvaluationPair(file, representations: representations, splits: splits),
        trainIDs: try file[splits.train].ids, testIDs: try file[splits.test ?? splits.train].ids,
        file: file.url.relativePath)
    }
  }

  /// The neighbors that vote where no other number is asked for; fewer where there are fewer rows.
  public static let neighborCount = StandardScores.neighborCount

  /// Checks all that can be known before the work; throws what a comparison would throw of it.
  public static func check(
    _ contenders: [Contender], folds: Int? = nil, k: Int = neighborCount, seed: UInt64 = 0
  ) throws(MVError) {
    for contender in contenders {
      _ = try Round(contender, folds: folds, k: k, lambdas: LambdaGrid([1]), seed: seed, threads: 1)
    }
  }

  /// Scores contenders: those with two splits on their test split, all others by cross-validation.
  ///
  /// With `folds`, all are cross-validated on their train split and test is not touched; without, a single split is
  /// divided into 5. `k` neighbors vote, or as many as there are. The probe chooses its penalty from `lambdas` on rows
  /// held out of what it learns from. `progress` counts columns of features, twice. Throws where a contender has one
  /// class or several labels a row, where a row is not finite, and where there is no contender.
  public init(
    _ contenders: [Contender], folds: Int? = nil, k: Int = neighborCount,
    lambdas: LambdaGrid = .logarithmic(1e-6...1, count: 13), seed: UInt64 = 0,
    threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    guard !contenders.isEmpty else { throw .usage("comparison", "has nothing to compare", remedy: "give features") }
    let run = EvaluationRun("comparison", cancellation: cancellation, progress: progress)
    let rounds = try contenders.map { (contender) throws(MVError) in
      try Round(contender, folds: folds, k: k, lambdas: lambdas, seed: seed, threads: threads)
    }
    let total = rounds.reduce(0) { $0 + 2 * $1.columns }
    run.report(0, of: total)
    entries = []
    var done = 0
    for round in rounds {
      let start = done
      entries.append(
        try round.entry(cancellation: cancellation) { part in
          run.report(start + Int(part * Double(2 * round.columns)), of: total)
        })
      done += 2 * round.columns
    }
    self.seed = seed
    seconds = run.seconds
    compare(\.neighbors)
    compare(\.probe)
  }

  /// Marks the best of one method, and takes everyone's difference from it.
  private mutating func compare(_ method: WritableKeyPath<Entry, Score>) {
    let scores = entries.map { $0[keyPath: method].top1 }
    // The first of equals is the one that the others are compared with.
    guard let highest = scores.max(), let first = scores.firstIndex(of: highest) else { return }
    let top = entries[first]
    for place in entries.indices {
      entries[place][keyPath: method].isBest = scores[place] == highest
      guard place != first, let pairs = entries[place].rows(scoredLike: top, method) else { continue }
      entries[place][keyPath: method].difference = PairedDifference(pairs.other, minus: pairs.own)
    }
  }
}

extension Comparison.Entry {
  /// Which of the rows that both were scored on each classified rightly; nil where they were not scored on the same.
  fileprivate func rows(
    scoredLike other: Comparison.Entry, _ method: KeyPath<Comparison.Entry, Comparison.Score>
  ) -> (own: [Bool], other: [Bool])? {
    let (mine, theirs) = (self[keyPath: method].isRight, other[keyPath: method].isRight)
    guard mine.count == theirs.count, !mine.isEmpty else { return nil }
    if rows == other.rows { return (mine, theirs) }
    let places = Dictionary(zip(other.rows, 0...)) { first, _ in first }
    guard places.count == rows.count, Set(rows).count == rows.count else { return nil }
    let matched = rows.compactMap { places[$0] }
    return matched.count == rows.count ? (mine, matched.map { theirs[$0] }) : nil
  }
}

/// The scoring of one contender.
private struct Round {
  let contender: Comparison.Contender
  let division: Division
  let classifier: NearestNeighbors
  let probe: LinearProbe
  let columns: Int

  /// What is learnt from and scored.
  enum Division {
    case splits(train: LabeledFeatures, test: LabeledFeatures)
    case folds(LabeledFeatures, Folds)
  }

  /// Checks all that can be known before the work.
  init(
    _ contender: Comparison.Contender, folds: Int?, k: Int, lambdas: LambdaGrid, seed: UInt64, threads: Int
  ) throws(MVError) {
    self.contender = contender
    let available: Int
    switch (contender.pair, folds) {
    case (.splits(let train, let test), nil):
      let labeled = try train.labeled()
      try train.requireSameWidths(as: test)
      _ = try ClassNumbers(of: try labeled.labeledRows().classes, in: labeled)
      if let ids = contender.testIDs, ids.count != test.labels.count {
        throw .usage("ids of \(test.name)", "are \(ids.count) for \(test.labels.count) rows", remedy: "give one a row")
      }
      division = .splits(train: labeled, test: try test.labeled())
      available = labeled.rows.count
      columns = train.columns
    case (.splits(let all, _), _), (.single(let all), _):
      let labeled = try all.labeled()
      _ = try ClassNumbers(of: try labeled.labeledRows().classes, in: labeled)
      let folds = try Folds(
        min(folds ?? 5, labeled.rows.count), of: labeled, ids: contender.trainIDs, seed: seed)
      division = .folds(labeled, folds)
      available = folds.mostNeighbors
      columns = all.columns
    }
    classifier = NearestNeighbors(k: [max(1, min(k, available))], threads: threads)
    probe = LinearProbe(lambdas: lambdas, seed: seed, threads: threads)
  }

  /// The scores; `progress` is told what part of the work is done.
  func entry(
    cancellation: Cancellation, progress: @escaping @Sendable (Double) -> Void
  ) throws(MVError) -> Comparison.Entry {
    let first: @Sendable (RunProgress) -> Void = { progress($0.fraction / 2) }
    let second: @Sendable (RunProgress) -> Void = { progress(0.5 + $0.fraction / 2) }
    let neighbors: NearestNeighborScores
    let predictions: ProbeScores
    let (train, test, folds): (LabeledFeatures, LabeledFeatures, Int?)
    switch division {
    case .splits(let known, let asked):
      (train, test, folds) = (known, asked, nil)
      neighbors = try classifier.evaluate(train: train, test: test, cancellation: cancellation, progress: first)
      predictions = try probe.fit(train, cancellation: cancellation, progress: second).score(
        test, threads: probe.threads, cancellation: cancellation)
    case .folds(let all, let division):
      (train, test, folds) = (all, all, division.count)
      neighbors = try classifier.evaluate(all, in: division, cancellation: cancellation, progress: first)
      predictions = try probe.score(all, in: division, cancellation: cancellation, progress: second)
    }
    progress(1)
    let ids = folds == nil ? contender.testIDs : contender.trainIDs
    return Comparison.Entry(
      name: contender.name, file: contender.file, representations: train.representations.map(\.name),
      columns: columns, trainSplit: train.name, testSplit: test.name, folds: folds, trainRows: neighbors.trainRows,
      testRows: neighbors.testRows.count, classCount: neighbors.classCount, k: neighbors.results[0].k,
      neighbors: Comparison.Score(try neighbors.report(of: neighbors.results[0])),
      probe: Comparison.Score(try predictions.report()), zeroRows: neighbors.zeroRows,
      rows: zip(neighbors.testRows, neighbors.classes).map { row, label in
        Comparison.ScoredRow(id: ids?[row] ?? "", label: label)
      })
  }
}

extension Comparison.Score {
  fileprivate init(_ report: ClassificationReport) {
    top1 = report.top1
    interval = report.interval()
    balancedAccuracy = report.balancedAccuracy
    isRight = zip(report.classes, report.predictions).map { $0 == $1 }
  }
}
