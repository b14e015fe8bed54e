internal import MVCore
internal import SystemOpenBLAS

/// The covariance of standardized columns, within blocks of columns, over a sample of the rows.
struct BlockCovariance: Sendable {
  let columns: Int
  let blocks: [Range<Int>]
  /// The covariance of each block, size x size: the lower triangle, row by row.
  let values: [WorkBuffer<Float>]

  /// Samples rows at equal steps: four times as many as columns, and at least 8,192.
  ///
  /// Blocks are as wide as they can be if the factors for `penalties` penalties are to take at most
  /// ``Preconditioner/factorBytes``.
  init(of data: ProbeData, penalties: Int) throws(MVError) {
    columns = data.columns
    let widest = max(64, min(2048, Preconditioner.factorBytes / (4 * max(1, penalties) * columns)))
    let parts = (columns + widest - 1) / widest
    let columns = columns
    let blocks = (0..<parts).map { $0 * columns / parts..<($0 + 1) * columns / parts }
    values = blocks.map { WorkBuffer<Float>($0.count * $0.count, repeating: 0) }
    self.blocks = blocks
    let step = max(1, data.rows / max(8192, 4 * columns))
    let sample = Array(stride(from: 0, to: data.rows, by: step))
    let chunk = data.tileLength
    let tile = WorkBuffer<Float>(uninitialized: chunk * columns)
    let scratch = data.makeScratch()
    let weight = 1 / Float(sample.count)
    var start = 0
    while start < sample.count {
      try data.run.check()
      let count = min(chunk, sample.count - start)
      for place in 0..<count {
        let row = sample[start + place]
        (tile.pointer + place * columns).update(from: data.tile(row..<row + 1, scratch: scratch), count: columns)
      }
      for (block, values) in zip(blocks, values) {
        cblas_ssyrk(
          CblasRowMajor, CblasLower, CblasTrans, Int32(block.count), Int32(count), weight,
          tile.pointer + block.lowerBound, Int32(columns), 1, values.pointer, Int32(block.count))
      }
      start += count
    }
  }
}
