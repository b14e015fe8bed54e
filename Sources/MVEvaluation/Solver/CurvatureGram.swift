internal import MVCore
internal import SystemOpenBLAS

/// The weighted second moments of the columns about their weighted mean, within blocks of columns.
///
/// With weights p (1 - p) of a probe's probabilities, that is the Hessian of the loss, its biases eliminated.
struct CurvatureGram: Sendable {
  let columns: Int
  let blocks: [Range<Int>]
  /// The moments of each block, size x size: the lower triangle, row by row.
  let values: [WorkBuffer<Float>]
  /// The weighted mean of each column.
  let center: WorkBuffer<Double>
  /// The sum of the weights: the curvature of the bias.
  let total: Double

  /// The bytes that the moments of all columns may take; wider rows are divided into blocks of columns.
  static let bytes = 256 << 20

  /// The blocks of `columns` columns, as wide as ``bytes`` allow.
  static func blocks(of columns: Int) -> [Range<Int>] {
    let widest = max(64, bytes / (4 * columns))
    let parts = (columns + widest - 1) / widest
    return (0..<parts).map { $0 * columns / parts..<($0 + 1) * columns / parts }
  }

  /// Sums over `rows`, each with its entry in `weights`, from `offset` on, times `scale`.
  init(
    of data: ProbeData, rows: [Int], weights: WorkBuffer<Float>, offset: Int = 0, scale: Double
  ) throws(MVError) {
    let columns = data.columns
    let blocks = Self.blocks(of: columns)
    let values = blocks.map { WorkBuffer<Float>($0.count * $0.count, repeating: 0) }
    let sums = WorkBuffer<Double>(columns, repeating: 0)
    let chunk = data.extentsDiffer ? data.tileLength : max(128, min(2048, (16 << 20) / (4 * columns)))
    let scaled = WorkBuffer<Float>(uninitialized: chunk * columns)
    let roots = WorkBuffer<Float>(uninitialized: chunk)
    // Pieces of each triangle that threads work on; their sizes depend on the number of columns alone.
    let pieces = blocks.enumerated().flatMap { Piece.all(of: $1, block: $0) }
    let group = max(1, min(64, chunk / 8))
    var total = 0.0
    var start = 0
    while start < rows.count {
      try data.run.check()
      let first = start
      let count = min(chunk, rows.count - first)
      Parallel.forEach((count + group - 1) / group, threads: data.threads) { part in
        let places = part * group..<min(count, (part + 1) * group)
        let target = scaled.pointer + places.lowerBound * columns
        data.gather(Array(rows[first + places.lowerBound..<first + places.upperBound]), into: target)
        for place in places {
          let root = weights.pointer[offset + first + place].squareRoot()
          roots.pointer[place] = root
          cblas_sscal(Int32(columns), root, scaled.pointer + place * columns, 1)
        }
      }
      for place in 0..<count { total += Double(weights.pointer[offset + first + place]) }
      let factor = Float(scale)
      // Where rows end early, so does what they add.
      let extent = data.extent(rows[first..<first + count])
      let filled = pieces.compactMap { $0.clipped(to: extent) }
      Parallel.forEach(filled.count, threads: data.threads) { index in
        let piece = filled[index]
        let target = values[piece.block]
        let origin = blocks[piece.block].lowerBound
        let size = blocks[piece.block].count
        let (left, right) = (piece.rows, piece.columns)
        let place =
          target.pointer + (left.lowerBound - origin) * size + right.lowerBound - origin
        if left == right {
          cblas_ssyrk(
            CblasRowMajor, CblasLower, CblasTrans, Int32(left.count), Int32(count), factor,
            scaled.pointer + left.lowerBound, Int32(columns), 1, place, Int32(size))
          let part = WorkBuffer<Float>(uninitialized: left.count)
          cblas_sgemv(
            CblasRowMajor, CblasTrans, Int32(count), Int32(left.count), 1, scaled.pointer + left.lowerBound,
            Int32(columns), roots.pointer, 1, 0, part.pointer, 1)
          for column in 0..<left.count { sums.pointer[left.lowerBound + column] += Double(part.pointer[column]) }
        } else {
          cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(left.count), Int32(right.count), Int32(count), factor,
            scaled.pointer + left.lowerBound, Int32(columns), scaled.pointer + right.lowerBound, Int32(columns), 1,
            place, Int32(size))
        }
      }
      start += count
    }
    let sum = max(total, .leastNormalMagnitude)
    for column in 0..<columns { sums.pointer[column] /= sum }
    let weight = total * scale
    for (block, moments) in zip(blocks, values) {
      Parallel.forEach(block.count, threads: data.threads) { row in
        let factor = weight * sums.pointer[block.lowerBound + row]
        let target = moments.pointer + row * block.count
        for column in 0...row { target[column] -= Float(factor * sums.pointer[block.lowerBound + column]) }
      }
    }
    self.columns = columns
    self.blocks = blocks
    self.values = values
    center = sums
    self.total = weight
  }

  /// A rectangle of a block's lower triangle.
  private struct Piece {
    let block: Int
    let rows: Range<Int>
    let columns: Range<Int>

    /// The part of it within the first columns, nil where there is none.
    func clipped(to extent: Int) -> Piece? {
      guard rows.lowerBound < extent else { return nil }
      return Piece(
        block: block, rows: rows.clamped(to: rows.lowerBound..<extent),
        columns: columns.clamped(to: columns.lowerBound..<extent))
    }

    static func all(of range: Range<Int>, block: Int) -> [Piece] {
      let parts = max(1, min(6, range.count / 96))
      let strips = (0..<parts).map {
        range.lowerBound + $0 * range.count / parts..<range.lowerBound + ($0 + 1) * range.count / parts
      }
      return strips.indices.flatMap { left in
        (0...left).map { Piece(block: block, rows: strips[left], columns: strips[$0]) }
      }
    }
  }
}
