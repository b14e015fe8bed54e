public import MVCore

/// One of several parts into which the rows of every split are divided, for several machines.
public struct ShardNumber: Hashable, Sendable, CustomStringConvertible {
  /// From 1 to ``count``.
  public let index: Int
  /// How many parts there are.
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

  /// Reads `I/N`.
  public init(parsing text: String) throws(MVError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else {
      throw .usage("shard \(text)", "is not I/N", remedy: "the shards of four machines are 1/4, 2/4, 3/4 and 4/4")
    }
    try self.init(index, of: count)
  }

  /// `I/N`.
  public var description: String { "\(index)/\(count)" }

  /// The part of `blocks` that falls to this shard; shares differ by one block at most.
  func blocks(of blocks: Int) -> Range<Int> { blocks * (index - 1) / count..<blocks * index / count }
}
