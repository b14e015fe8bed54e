/// How the rows of a split fall into blocks.
///
/// The blocks of a shard are those of the whole: where a border between two shards lies within a block, each of them
/// has a part of it. So shards may be of any size, and are still joined block by block.
struct BlockGrid: Hashable, Sendable {
  /// The number of rows.
  let rows: Int
  /// The number of rows of a block of the whole.
  let blockRows: Int
  /// The rows of the first block that are not here: they are in the shard before.
  let lead: Int

  /// Describes `rows` rows, of which the first is row `start` of the whole.
  init(rows: Int, blockRows: Int, start: Int = 0) {
    self.rows = rows
    self.blockRows = blockRows
    lead = start % blockRows
  }

  /// The number of blocks, or parts of blocks, that hold rows.
  var count: Int { rows == 0 ? 0 : (lead + rows - 1) / blockRows + 1 }

  /// The positions of the rows of one block.
  func rows(of block: Int) -> Range<Int> {
    let begin = block * blockRows
    let end = lead + rows - begin <= blockRows ? rows : begin + blockRows - lead
    return max(0, begin - lead)..<end
  }

  /// The block that a row lies in.
  func block(of row: Int) -> Int { (lead + row) / blockRows }
}
