/// The blocks of a whole split, put together of those of the shards that hold its rows.
///
/// A block that a border between shards cuts is done where all of its parts are, and its checksum follows from theirs.
struct JoinedBlocks {
  /// Blocks x representations: 1 where the block is on the disk.
  private(set) var done: [UInt8]
  /// Blocks x representations: the CRC-32C of each block.
  private(set) var sums: [UInt32]
  private let grid: BlockGrid
  private let columns: Int

  /// Begins with no part; the parts must then be added in the order of their rows.
  init(_ grid: BlockGrid, columns: Int) {
    self.grid = grid
    self.columns = columns
    done = [UInt8](repeating: 1, count: grid.count * columns)
    sums = [UInt32](repeating: 0, count: grid.count * columns)
  }

  /// Adds a part, of blocks of the same size, whose first row is row `start` of the whole.
  mutating func add(_ part: StoredSplit, from start: Int) {
    for block in 0..<part.blockCount {
      let rows = part.rows(ofBlock: block)
      let place = grid.block(of: start + rows.lowerBound) * columns
      for (column, features) in part.features.enumerated() {
        let own = block * columns + column
        done[place + column] &= part.done[own]
        sums[place + column] = Checksum.joined(
          sums[place + column], part.sums[own], count: rows.count * features.rowBytes)
      }
    }
  }

  /// The rows of the first block of `whole`, done there, that has another sum here; nil where there is none.
  func firstDifference(from whole: StoredSplit) -> Range<Int>? {
    sums.indices.first { whole.done[$0] == 1 && sums[$0] != whole.sums[$0] }.map { grid.rows(of: $0 / columns) }
  }
}
