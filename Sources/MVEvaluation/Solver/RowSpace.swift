internal import MVCore
internal import SystemOpenBLAS

/// The space that the train rows span, for when there are fewer rows than columns.
///
/// The best weights under an L2 penalty are sums of train rows, so nothing is lost by working in an orthonormal basis B
/// of them: with the Gram matrix X X^T = Z Z^T (Cholesky, pivoted on the rows S), B = X_S^T L^-T, X B = Z, and weights
/// V there are weights V B^T here, of the same norm. Z is triangular but for the order of its rows: half of it is 0.
struct RowSpace {
  /// The rows in the basis, which have at most as many columns as there are rows.
  ///
  /// Those of each part of the original are ordered by how many of their columns are other than 0.
  let data: ProbeData
  private let original: ProbeData
  private let pivots: [Int]
  /// The rows S of Z: lower triangular, row by row.
  private let triangle: WorkBuffer<Double>

  /// The largest number of rows: more take longer to factor than they save.
  static let rowLimit = 6000

  /// Factors the Gram matrix; nil where there is nothing to gain, or the rows are not in memory.
  ///
  /// `parts` are ranges of rows, one after the other, within which rows may take other places; without them none does.
  init?(of original: ProbeData, parts: [Range<Int>] = []) throws(MVError) {
    let count = original.rows
    guard original.columns > count, count <= Self.rowLimit, original.isInMemory else { return nil }
    let gram = try Self.gram(of: original)
    let largest = (0..<count).reduce(0) { max($0, gram.pointer[$1 * count + $1]) }
    guard largest > 0 else { return nil }
    var order = Int32(count)
    var pivots = [Int32](repeating: 0, count: count)
    var rank: Int32 = 0
    var status: Int32 = 0
    var tolerance = largest * 1e-6
    let work = WorkBuffer<Double>(uninitialized: 2 * count)
    // Row by row and lower is column by column and upper.
    dpstrf_("U", &order, gram.pointer, &order, &pivots, &rank, &tolerance, work.pointer, &status)
    guard status >= 0, rank > 0 else { return nil }
    let width = Int(rank)
    let rows = WorkBuffer<Float>(count * width, repeating: 0)
    let triangle = WorkBuffer<Double>(width * width, repeating: 0)
    // The place of each row among the pivots, and the order by it within the parts.
    var places = [Int](repeating: 0, count: count)
    for place in 0..<count { places[Int(pivots[place]) - 1] = place }
    let sorted = parts.isEmpty ? Array(0..<count) : parts.flatMap { $0.sorted { places[$0] < places[$1] } }
    for (row, source) in sorted.enumerated() {
      let place = places[source]
      for column in 0..<min(width, place + 1) {
        let value = gram.pointer[place * count + column]
        rows.pointer[row * width + column] = Float(value)
        if place < width { triangle.pointer[place * width + column] = value }
      }
    }
    self.original = original
    self.triangle = triangle
    self.pivots = pivots.prefix(width).map { Int($0) - 1 }
    data = ProbeData(
      original, order: sorted, rows: rows, columns: width, extents: sorted.map { Int32(min(width, places[$0] + 1)) })
  }

  /// The inner products of all pairs of rows: the lower triangle, row by row.
  private static func gram(of data: ProbeData) throws(MVError) -> WorkBuffer<Double> {
    let count = data.rows
    let gram = WorkBuffer<Double>(count * count, repeating: 0)
    let tiles = data.tiles([0..<count])
    let pairs = tiles.indices.flatMap { left in (0...left).map { (left, $0) } }
    try SerialBLAS.run { () throws(MVError) in
      try Parallel.forEach(pairs.count, threads: data.threads) { index throws(MVError) in
        try data.run.check()
        let (left, right) = (tiles[pairs[index].0], tiles[pairs[index].1])
        let scratch = data.makeScratch()
        let block = WorkBuffer<Float>(uninitialized: left.count * right.count)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(left.count), Int32(right.count), Int32(data.columns), 1,
          data.tile(left, scratch: scratch), Int32(data.columns), data.tile(right, scratch: scratch),
          Int32(data.columns), 0, block.pointer, Int32(right.count))
        for row in 0..<left.count {
          for column in 0..<right.count {
            gram.pointer[(left.lowerBound + row) * count + right.lowerBound + column] =
              Double(block.pointer[row * right.count + column])
          }
        }
      }
    }
    return gram
  }

  /// Converts weights and biases for the reduced rows to those for the original rows.
  func expanded(_ point: WorkBuffer<Double>, classes: Int) -> WorkBuffer<Double> {
    let width = data.columns
    let columns = original.columns
    let result = WorkBuffer<Double>(classes * (columns + 1), repeating: 0)
    let weights = WorkBuffer<Double>(uninitialized: classes * width)
    weights.pointer.update(from: point.pointer, count: classes * width)
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, Int32(classes), Int32(width), 1,
      triangle.pointer, Int32(width), weights.pointer, Int32(width))
    let strips = stride(from: 0, to: columns, by: 512).map { $0..<min(columns, $0 + 512) }
    Parallel.forEach(strips.count, threads: original.threads) { index in
      let strip = strips[index]
      let scratch = original.makeScratch()
      let values = WorkBuffer<Double>(uninitialized: Self.chunk * strip.count)
      for start in stride(from: 0, to: width, by: Self.chunk) {
        let count = min(Self.chunk, width - start)
        for place in 0..<count {
          let row = pivots[start + place]
          let source = original.tile(row..<row + 1, scratch: scratch)
          for (offset, column) in strip.enumerated() {
            values.pointer[place * strip.count + offset] = Double(source[column])
          }
        }
        cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(classes), Int32(strip.count), Int32(count), 1,
          weights.pointer + start, Int32(width), values.pointer, Int32(strip.count), 1,
          result.pointer + strip.lowerBound, Int32(columns))
      }
    }
    for label in 0..<classes { result.pointer[classes * columns + label] = point.pointer[classes * width + label] }
    return result
  }

  private static let chunk = 256
}
