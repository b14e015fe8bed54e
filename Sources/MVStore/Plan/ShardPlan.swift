public import MVCore

/// The rows of the whole data set that a shard file holds.
public struct ShardPlan: Hashable, Sendable, Codable {
  /// The shard's place, from 1 to ``count``.
  public let index: Int
  /// How many shards make the whole.
  public let count: Int
  /// Every split of the whole, in order, those of which this shard has no rows included.
  public let splits: [Split]

  /// A split of the whole.
  public struct Split: Hashable, Sendable, Codable {
    /// The split's name, for example `train`.
    public let name: String
    /// The first of the shard's rows in the whole split.
    public let start: Int
    /// The shard's rows.
    public let rows: Int
    /// The rows of the whole split.
    public let total: Int

    /// The shard's rows in the whole split.
    var range: Range<Int> { start..<start + rows }
  }

  /// `I/N`.
  public var name: String { "\(index)/\(count)" }

  /// Where the rows of a split of this shard begin in the whole split; throws where the whole has no such split.
  public func start(of split: String) throws(MVError) -> Int {
    guard let split = splits.first(where: { $0.name == split }) else {
      throw .usage(
        "shard \(name)", "has no split \(split)", remedy: "the whole has \(splits.map(\.name).joined(separator: ", "))")
    }
    return split.start
  }

  /// Whether the numbers can be: within the whole, and each split but for its end a whole number of blocks.
  func isPossible(blockRows: Int) -> Bool {
    count >= 1 && count <= 1_000_000 && (1...max(1, count)).contains(index) && !splits.isEmpty
      && Set(splits.map(\.name)).count == splits.count
      && splits.allSatisfy {
        $0.start >= 0 && $0.rows >= 0 && $0.total > 0 && $0.start <= $0.total && $0.rows <= $0.total - $0.start
          && ($0.rows == 0 || $0.start % blockRows == 0)
          && ($0.start + $0.rows == $0.total || $0.rows % blockRows == 0)
      }
  }
}
