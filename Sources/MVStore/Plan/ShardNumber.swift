public import MVCore

/// The number of a shard: one of several parts of the rows of every split, for several machines.
public struct ShardNumber: Hashable, Sendable, CustomStringConvertible {
  /// The shard's number, from 1 to ``count``.
  public let index: Int
  /// The number of shards.
  public let count: Int

  /// Creates the number of one part; throws unless `index` is in 1...`count`.
  public init(_ index: Int, of count: Int) throws(MVError) {
    guard count >= 1, count <= 1_000_000, (1...count).contains(index) else {
      throw .usage(
        "shard \(index)/\(count)", "is not possible", remedy: "the shards of four machines are 1/4, 2/4, 3/4 and 4/4")
    }
    self.index = index
    self.count = count
  }

  /// Reads `I/N`, for example `1/4`; throws where the text is not of this form or I is not in 1...N.
  public init(parsing text: String) throws(MVError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else {
      throw .usage("shard \(text)", "is not I/N", remedy: "the shards of four machines are 1/4, 2/4, 3/4 and 4/4")
    }
    try self.init(index, of: count)
  }

  /// The number as text, for example `1/4`.
  public var description: String { "\(index)/\(count)" }

  /// The rows, of `rows`, that fall to this shard; those of two shards differ by one at most.
  package func rows(of rows: Int) -> Range<Int> { border(rows, index - 1)..<border(rows, index) }

  /// The row at which `shards` shards end, without a product that could be too large.
  private func border(_ rows: Int, _ shards: Int) -> Int { rows / count * shards + rows % count * shards / count }
}
