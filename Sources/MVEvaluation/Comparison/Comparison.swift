/// Features side by side: k-NN and a linear probe of each, with intervals, and how far each is from the best.
///
///     let file = try FeatureFile(reading: url)
///     let splits = try EvaluationSplits(of: file)
///     let contenders = try file.representations.map { plan in
///       try Comparison.Contender(plan.name, of: file, [plan.name], splits: splits)
///     }
///     let comparison = try Comparison(contenders)
///     print(comparison.entries.map { ($0.name, $0.neighbors.top1, $0.probe.top1) })
///
/// k-NN and probe of one contender learn from the same rows and are scored on the same rows. Nothing is chosen on them.
public struct Comparison: Hashable, Sendable {
  /// How one method scores one contender.
  public struct Score: Hashable, Sendable {
    /// The share of rows that are classified rightly, 0...1.
    public let top1: Double
    /// Its 95 % interval, 0...1, by bootstrap over the scored rows.
    public let interval: ClosedRange<Double>
    /// The mean over classes, 0...1.
    public let balancedAccuracy: Double
    /// Whether each row was classified rightly, in the order of the contender's rows.
    public let isRight: [Bool]
    /// The best contender's top-1 is this much above, on the same rows; nil for the best, and where rows differ.
    public internal(set) var difference: PairedDifference?
    /// Whether no contender has a higher top-1.
    public internal(set) var isBest = false
  }

  /// A row as it is found again in another file of the same images.
  public struct ScoredRow: Hashable, Sendable {
    /// The id; empty where rows have none.
    public let id: String
    /// The class.
    public let label: Int64
  }

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
    /// The split that was scored; the same in cross-validation.
    public let testSplit: String
    /// The number of folds; nil for a test split.
    public let folds: Int?
    /// The number of labeled rows that each row was classified by; of folds the most.
    public let trainRows: Int
    /// The number of rows that were scored.
    public let testRows: Int
    /// The number of classes of all these rows.
    public let classCount: Int
    /// The number of neighbors that voted.
    public let k: Int
    /// What the nearest neighbors scored.
    public internal(set) var neighbors: Score
    /// What the linear probe scored.
    public internal(set) var probe: Score
    /// The rows that have no nearest neighbors, by split and representation.
    public let zeroRows: [ZeroRows]
    /// What tells each scored row from others: its class, and its id where it has one.
    let rows: [ScoredRow]
  }

  /// The contenders in the order given.
  public internal(set) var entries: [Entry]
  /// The seed of folds and of held-out rows.
  public let seed: UInt64
  /// The duration in seconds.
  public let seconds: Double

  /// The entries, the best mean of k-NN and probe first; ties in the order given.
  public var ranking: [Entry] {
    entries.enumerated().sorted {
      let (left, right) = ($0.element, $1.element)
      return (right.neighbors.top1 + right.probe.top1, $0.offset) < (left.neighbors.top1 + left.probe.top1, $1.offset)
    }.map(\.element)
  }
}
