internal import MVCore
internal import SystemOpenBLAS

/// Rows taken some columns at a time, so that the shifted values stay in a core's cache.
struct ColumnBlocks {
  let count: Int
  let columns: Int
  /// Columns taken together: their shifted values take half a megabyte.
  private let width: Int

  init(count: Int, columns: Int) {
    (self.count, self.columns) = (count, columns)
    width = max(64, min(2048, (1 << 17) / max(count, 1)) / 16 * 16)
  }

  private var blocks: Int { (columns + width - 1) / width }

  private func range(_ block: Int) -> Range<Int> { block * width..<min(columns, (block + 1) * width) }

  /// The mean of each column.
  func means(of rows: UnsafePointer<Float>, threads: Int) -> [Float] {
    let means = WorkBuffer<Float>(columns, repeating: 0)
    nonisolated(unsafe) let rows = rows
    Parallel.forEach(blocks, threads: threads) { block in
      let range = range(block)
      let target = means.pointer
      for row in 0..<count {
        let source = rows + row * columns
        for column in range { target[column] += source[column] }
      }
      for column in range { target[column] /= Float(count) }
    }
    return means.array
  }

  /// (rows - means) (rows - means)^T, count x count; the upper triangle alone is filled.
  ///
  /// Blocks are summed in a few groups, whose number does not depend on the threads: the bits are always the same.
  func gram(of rows: UnsafePointer<Float>, means: [Float], threads: Int) -> WorkBuffer<Float> {
    // Sums of groups may take 128 MB together.
    let groups = max(1, min(blocks, 8, (32 << 20) / (count * count)))
    let sums = (0..<groups).map { _ in WorkBuffer<Float>(count * count, repeating: 0) }
    nonisolated(unsafe) let rows = rows
    SerialBLAS.run {
      Parallel.forEach(groups, threads: threads) { group in
        let shifted = WorkBuffer<Float>(uninitialized: count * width)
        for block in blocks * group / groups..<blocks * (group + 1) / groups {
          let range = range(block)
          shift(rows, range, means, into: shifted.pointer)
          cblas_ssyrk(
            CblasRowMajor, CblasUpper, CblasNoTrans, Int32(count), Int32(range.count), 1, shifted.pointer,
            Int32(range.count), 1, sums[group].pointer, Int32(count))
        }
      }
    }
    for group in sums.dropFirst() {
      let (target, source) = (sums[0].pointer, group.pointer)
      for index in 0..<count * count { target[index] += source[index] }
    }
    return sums[0]
  }

  /// Adds factors (rows - means) to `result`, count x columns.
  func addProduct(
    _ factors: WorkBuffer<Float>, _ rows: UnsafePointer<Float>, means: [Float], to result: UnsafeMutablePointer<Float>,
    threads: Int
  ) {
    nonisolated(unsafe) let (rows, result) = (rows, result)
    SerialBLAS.run {
      Parallel.forEach(blocks, threads: threads) { block in
        let range = range(block)
        let shifted = WorkBuffer<Float>(uninitialized: count * range.count)
        shift(rows, range, means, into: shifted.pointer)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(range.count), Int32(count), 1,
          factors.pointer, Int32(count), shifted.pointer, Int32(range.count), 1, result + range.lowerBound,
          Int32(columns))
      }
    }
  }

  private func shift(
    _ rows: UnsafePointer<Float>, _ range: Range<Int>, _ means: [Float], into target: UnsafeMutablePointer<Float>
  ) {
    means.withUnsafeBufferPointer { means in
      for row in 0..<count {
        let source = rows + (row * columns + range.lowerBound)
        let own = target + row * range.count
        for column in 0..<range.count { own[column] = source[column] - means[range.lowerBound + column] }
      }
    }
  }
}
