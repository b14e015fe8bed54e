internal import Foundation
public import MVCore
internal import MVStore

/// Features of images with several classes each, side by side: mean average precision of k-NN and of linear probes.
///
/// Both learn from the same rows and are scored on the same rows. A neighbor votes for each class that it has, with
/// the weight exp(cosine / 0.07); the score of a class is its share of the votes of the neighbors that have a label of
/// it.
public struct MultiLabelComparison: Hashable, Sendable {
  /// One contender and its scores.
  public struct Entry: Hashable, Sendable {
    /// The contender's name.
    public let name: String
    /// The file that its features are from; empty where there is none.
    public let file: String
    /// Its representations.
    public let representations: [String]
    /// The number of values per row.
    public let columns: Int
    /// The split that was learnt from.
    public let trainSplit: String
    /// The split that was scored.
    public let testSplit: String
    /// The number of rows that were learnt from.
    public let trainRows: Int
    /// The number of neighbors that voted.
    public let k: Int
    /// What the nearest neighbors scored.
    public let neighbors: MultiLabelScores
    /// What the linear probes scored.
    public let probe: MultiLabelScores
    /// The classes that no probe was fitted for.
    public let unfitted: [String]
    /// The rows that have no nearest neighbors, by split and representation.
    public let zeroRows: [ZeroRows]
  }

  /// The contenders in the order given.
  public let entries: [Entry]
  /// The duration in seconds.
  public let seconds: Double

  /// The entries, the best mean of k-NN and probe first; ties in the order given.
  public var ranking: [Entry] {
    entries.enumerated().sorted {
      let (left, right) = ($0.element, $1.element)
      return (right.neighbors.map + right.probe.map, $0.offset) < (left.neighbors.map + left.probe.map, $1.offset)
    }.map(\.element)
  }

  /// Checks all that can be known before the work; throws what a comparison would throw of it.
  public static func check(_ contenders: [Comparison.Contender]) throws(MVError) {
    for contender in contenders { _ = try parts(of: contender) }
  }

  private static func parts(
    of contender: Comparison.Contender
  ) throws(MVError) -> (train: LabeledFeatures, test: LabeledFeatures) {
    guard case .splits(let train, let test) = contender.pair else {
      throw .usage(
        "split \(contender.pair.splitNames[0])", "is the only one with labels, and has several classes an image",
        remedy: "name one to score by --test-split")
    }
    try train.requireSameWidths(as: test)
    let (known, asked) = (try train.labeled(), try test.labeled())
    guard try known.labelColumns().count == asked.labelColumns().count else {
      throw .badData(
        "labels of \(asked.name)", "are of another number of classes than those of \(known.name)",
        remedy: "extract both from one data set")
    }
    return (known, asked)
  }

  /// Scores contenders on their test splits.
  ///
  /// `k` neighbors vote, or as many as there are. `progress` counts columns of features, twice. Throws where a
  /// contender has no test split or one class a row, where a row is not finite, and where there is no contender.
  public init(
    _ contenders: [Comparison.Contender], k: Int = Comparison.neighborCount, probe: MultiLabelProbe = MultiLabelProbe(),
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    guard !contenders.isEmpty else { throw .usage("comparison", "has nothing to compare", remedy: "give features") }
    try Self.check(contenders)
    let run = EvaluationRun("comparison", cancellation: cancellation, progress: progress)
    var entries: [Entry] = []
    var widths: [Int] = []
    for contender in contenders { widths.append(try Self.parts(of: contender).train.columns) }
    let total = 2 * widths.reduce(0, +)
    var done = 0
    run.report(0, of: total)
    for (contender, columns) in zip(contenders, widths) {
      let (train, test) = try Self.parts(of: contender)
      let start = done
      let part: @Sendable (Double) -> Void = { run.report(start + Int($0 * Double(2 * columns)), of: total) }
      let votes = NearestNeighbors(k: [max(1, min(k, train.rows.count))], threads: probe.threads)
      let found = try votes.search(train: train, queries: test, cancellation: cancellation) { part($0.fraction / 2) }
      let fitted = try probe.fit(train, classNames: train.classNames, cancellation: cancellation) {
        part(0.5 + $0.fraction / 2)
      }
      let scores = try fitted.score(test, threads: probe.threads, cancellation: cancellation)
      done += 2 * columns
      run.report(done, of: total)
      entries.append(
        Entry(
          name: contender.name, file: contender.file, representations: train.representations.map(\.name),
          columns: columns, trainSplit: train.name, testSplit: test.name, trainRows: train.rows.count, k: found.k,
          neighbors: try found.scores(train: train, test: test, names: fitted.classNames), probe: scores,
          unfitted: fitted.unfitted, zeroRows: found.zeroRows))
    }
    self.entries = entries
    seconds = run.seconds
  }
}

extension Neighbors {
  /// The average precision of each class by the votes of these neighbors, which are rows of `train`.
  fileprivate func scores(
    train: LabeledFeatures, test: LabeledFeatures, names: [String]
  ) throws(MVError) -> MultiLabelScores {
    let asked = try test.labelColumns()
    let places = Dictionary(uniqueKeysWithValues: train.rows.enumerated().map { (Int32($1), $0) })
    let known = try train.labelColumns()
    let weights = queries.indices.map { query in
      let (_, values) = self[query]
      // The nearest has the weight 1, so that none is too small for its type.
      return values.map { exp((Double($0) - Double(values.first ?? 0)) / 0.07) }
    }
    let classes = names.indices.map { label -> MultiLabelScores.ClassScore in
      let scores = queries.indices.map { query -> Float in
        var (votes, all) = (0.0, 0.0)
        for (row, weight) in zip(self[query].rows, weights[query]) {
          guard let place = places[row], known[label][place] != 255 else { continue }
          all += weight
          if known[label][place] == 1 { votes += weight }
        }
        return all > 0 ? Float(votes / all) : 0
      }
      return .init(
        name: names[label], positives: asked[label].count { $0 == 1 },
        envelope: AveragePrecision.envelope(scores, asked[label]),
        elevenPoint: AveragePrecision.elevenPoint(scores, asked[label]))
    }
    return MultiLabelScores(classes: classes, testRows: queries.count)
  }
}
