internal import MVCore

/// One split of a stored file.
struct StoredSplit: Sendable {
  let name: String
  /// How the rows fall into blocks.
  let grid: BlockGrid
  let labels: Labels
  let ids: PackedStrings
  /// One byte per row: 1 where the image could not be read.
  let skipped: [UInt8]
  /// Blocks x representations: 1 where the block is on the disk.
  let done: [UInt8]
  /// Blocks x representations: the CRC-32C of each block.
  let sums: [UInt32]
  /// The offsets of `skipped`, `done` and `sums` in the file; nil where another program has compressed them.
  let skippedOffset: Int?
  let doneOffset: Int?
  let sumsOffset: Int?
  /// The representations, in the order of the columns of `done` and `sums`.
  var features: [StoredFeatures]
  /// What other programs have added to the split, by its name in the file.
  let additions: [String]

  /// The number of rows.
  var rows: Int { grid.rows }

  /// The number of rows of a whole block.
  var blockRows: Int { grid.blockRows }

  /// The number of blocks of rows.
  var blockCount: Int { grid.count }

  /// The positions of the rows of one block.
  func rows(ofBlock block: Int) -> Range<Int> { grid.rows(of: block) }

  /// The number of rows of one representation that are on the disk.
  func doneRows(of column: Int) -> Int {
    (0..<blockCount).reduce(0) { $0 + (done[$1 * features.count + column] == 1 ? rows(ofBlock: $1).count : 0) }
  }
}
