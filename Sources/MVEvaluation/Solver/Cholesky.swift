internal import MVCore
internal import SystemOpenBLAS

/// Cholesky factors of symmetric matrices, of which the lower triangle is given row by row.
enum Cholesky {
  /// The width of the columns that are factored at a time.
  private static let width = 192

  /// Replaces the lower triangle by the factor L with L L^T the matrix; says whether the matrix is positive definite.
  ///
  /// Blocks below the diagonal are worked on by `threads` threads; the result does not depend on their number. To be
  /// called within ``SerialBLAS``.
  static func factor(_ matrix: WorkBuffer<Float>, size: Int, threads: Int) -> Bool {
    let order = Int32(size)
    let blocks = stride(from: 0, to: size, by: width).map { $0..<min(size, $0 + width) }
    for (place, block) in blocks.enumerated() {
      let corner = matrix.pointer + block.lowerBound * (size + 1)
      guard factor(corner, size: block.count, stride: size) else { return false }
      let below = Array(blocks[(place + 1)...])
      Parallel.forEach(below.count, threads: threads) { index in
        cblas_strsm(
          CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(below[index].count),
          Int32(block.count), 1, matrix.pointer + block.lowerBound * (size + 1), order,
          matrix.pointer + below[index].lowerBound * size + block.lowerBound, order)
      }
      // The longest rows first, so that no thread is left with one at the end.
      let pairs = below.indices.reversed().flatMap { row in (0...row).map { (below[row], below[$0]) } }
      Parallel.forEach(pairs.count, threads: threads) { index in
        let (rows, columns) = pairs[index]
        let left = matrix.pointer + rows.lowerBound * size + block.lowerBound
        let target = matrix.pointer + rows.lowerBound * size + columns.lowerBound
        if rows == columns {
          cblas_ssyrk(
            CblasRowMajor, CblasLower, CblasNoTrans, Int32(rows.count), Int32(block.count), -1, left, order, 1, target,
            order)
        } else {
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(columns.count), Int32(block.count), -1,
            left, order, matrix.pointer + columns.lowerBound * size + block.lowerBound, order, 1, target, order)
        }
      }
    }
    return true
  }

  /// The same by this thread alone, of a matrix whose rows are `stride` numbers apart.
  static func factor(_ matrix: UnsafeMutablePointer<Float>, size: Int, stride: Int) -> Bool {
    // Row by row and lower is column by column and upper.
    var order = Int32(size)
    var leading = Int32(stride)
    var status: Int32 = 0
    spotrf_("U", &order, matrix, &leading, &status)
    return status == 0
  }
}
