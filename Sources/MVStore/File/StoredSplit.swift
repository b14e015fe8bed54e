internal import MVCore

/// One split of a stored file.
struct StoredSplit: Sendable {
  let name: String
  let rows: Int
  let blockRows: Int
  let labels: Labels
  let ids: PackedStrings
  /// One byte a row: 1 where the image could not be read.
  let skipped: [UInt8]
  /// Blocks x representations: 1 where the block is on the disk.
  let done: [UInt8]
  /// Blocks x representations: the CRC-32C of each block.
  let sums: [UInt32]
  /// Where `skipped`, `done` and `sums` lie in the file; nil where another program has packed them.
  let skippedOffset: Int?
  let doneOffset: Int?
  let sumsOffset: Int?
  /// In the order of the columns of `done` and `sums`.
  var features: [StoredFeatures]

  /// How many blocks of rows there are.
  var blockCount: Int { rows == 0 ? 0 : (rows - 1) / blockRows + 1 }

  /// The rows of one block.
  func rows(ofBlock block: Int) -> Range<Int> {
    block * blockRows..<(rows - block * blockRows <= blockRows ? rows : (block + 1) * blockRows)
  }

  /// How many rows of one representation are on the disk.
  func doneRows(of column: Int) -> Int {
    (0..<blockCount).reduce(0) { $0 + (done[$1 * features.count + column] == 1 ? rows(ofBlock: $1).count : 0) }
  }
}
