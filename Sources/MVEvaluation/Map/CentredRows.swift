internal import CKernels
internal import MVCore
internal import SystemOpenBLAS

/// Rows in memory, with their mean subtracted.
struct CenteredRows {
  let count: Int
  let columns: Int
  private let values: WorkBuffer<Float>

  /// Copies the rows of `matrix`; throws where a value is not finite.
  init(_ matrix: Matrix) throws(MVError) {
    count = matrix.rows
    columns = matrix.columns
    values = WorkBuffer<Float>(uninitialized: matrix.values.count)
    values.pointer.update(from: matrix.values, count: matrix.values.count)
    if let place = matrix.values.firstIndex(where: { !$0.isFinite }) {
      throw .badData(
        "row \(place / max(columns, 1))", "holds a value that is not finite", remedy: "leave the row out")
    }
    center()
  }

  /// Reads the rows in use of `split`, each representation scaled to length 1; throws where a value is not finite.
  init(normalizing split: LabeledFeatures, threads: Int, run: EvaluationRun) throws(MVError) {
    let reader = RowReader(split, rows: split.rows)
    count = split.rows.count
    columns = reader.columns
    let values = WorkBuffer<Float>(uninitialized: count * columns)
    let factors = try reader.norms(threads: threads, run: run).map {
      $0 < NeighborSearch.smallestNorm ? 0 : Float(1 / $0)
    }
    let (count, columns) = (count, columns)
    try Parallel.forEach((count + reader.chunk - 1) / reader.chunk, threads: threads) { index throws(MVError) in
      try run.check()
      let positions = index * reader.chunk..<min(count, (index + 1) * reader.chunk)
      let rows = values.pointer + positions.lowerBound * columns
      reader.read(positions, into: rows)
      reader.scale(positions, in: rows, by: factors)
    }
    self.values = values
    center()
  }

  private func center() {
    guard count > 0 else { return }
    let sums = WorkBuffer<Double>(columns, repeating: 0)
    for row in 0..<count { mvk_accumulate(values.pointer + row * columns, sums.pointer, columns) }
    let means = sums.array.map { Float($0 / Double(count)) }
    let ones = [Float](repeating: 1, count: columns)
    mvk_standardize(values.pointer, count, columns, means, ones)
  }

  /// The inner products of all pairs of rows: count x count.
  ///
  /// They are computed in tiles that do not depend on the number of threads, so that the sums do not either.
  func gram(threads: Int, run: EvaluationRun = EvaluationRun()) throws(MVError) -> WorkBuffer<Double> {
    let tile = 128
    let (count, columns, values) = (count, columns, values)
    let gram = WorkBuffer<Double>(uninitialized: count * count)
    let tiles = (count + tile - 1) / tile
    let pairs = (0..<tiles).flatMap { left in (0...left).map { (left, $0) } }
    try SerialBLAS.run { () throws(MVError) in
      try Parallel.forEach(pairs.count, threads: threads) { index throws(MVError) in
        try run.check()
        let left = pairs[index].0 * tile..<min(count, (pairs[index].0 + 1) * tile)
        let right = pairs[index].1 * tile..<min(count, (pairs[index].1 + 1) * tile)
        let block = WorkBuffer<Float>(uninitialized: left.count * right.count)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(left.count), Int32(right.count), Int32(columns), 1,
          values.pointer + left.lowerBound * columns, Int32(columns), values.pointer + right.lowerBound * columns,
          Int32(columns), 0, block.pointer, Int32(right.count))
        for (row, place) in zip(left, 0...) {
          for (column, offset) in zip(right, place * right.count..<(place + 1) * right.count) where column <= row {
            let value = Double(block.pointer[offset])
            gram.pointer[row * count + column] = value
            gram.pointer[column * count + row] = value
          }
        }
      }
    }
    return gram
  }
}
