public import MVCore

/// The rows of the whole data set that a shard file holds.
public struct ShardPlan: Hashable, Sendable, Codable {
  /// The shard's number, from 1 to ``count``.
  public let index: Int
  /// The number of shards that make up the whole.
  public let count: Int
  /// All splits of the whole, in order, including those of which this shard has no rows.
  public let splits: [Split]

  /// The part of one split that the shard holds.
  public struct Split: Hashable, Sendable, Codable {
    /// The split's name, for example `train`.
    public let name: String
    /// The position of the shard's first row in the whole split.
    public let start: Int
    /// The number of the shard's rows.
    public let rows: Int
    /// The number of rows in the whole split.
    public let total: Int

    /// The positions of the shard's rows in the whole split.
    var range: Range<Int> { start..<start + rows }
  }

  /// The shard's number as text, for example `1/4`.
  public var name: String { "\(index)/\(count)" }

  /// Where the rows of a split of this shard begin in the whole split; throws where the whole has no such split.
  public func start(of split: String) throws(MVError) -> Int {
    guard let split = splits.first(where: { $0.name == split }) else {
      throw .usage(
        "shard \(name)", "has no split \(split)", remedy: "the whole has \(splits.map(\.name).joined(separator: ", "))")
    }
    return split.start
  }

  /// Whether the shard has no rows at all, as some have where there are more shards than rows.
  public var isEmpty: Bool { splits.allSatisfy { $0.rows == 0 } }

  /// The splits that the shard's file has: those of which it has rows, or all where it is empty.
  ///
  /// So an empty shard, too, says of which representations it is one.
  var held: [Split] { isEmpty ? splits : splits.filter { $0.rows > 0 } }

  /// Whether the numbers are possible: inside the whole.
  var isPossible: Bool {
    count >= 1 && count <= 1_000_000 && (1...max(1, count)).contains(index) && !splits.isEmpty
      && Set(splits.map(\.name)).count == splits.count
      && splits.allSatisfy {
        $0.start >= 0 && $0.rows >= 0 && $0.total > 0 && $0.start <= $0.total && $0.rows <= $0.total - $0.start
      }
  }
}
