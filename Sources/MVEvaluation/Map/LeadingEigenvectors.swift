internal import MVCore
internal import SystemOpenBLAS

/// The largest eigenvalues of a symmetric matrix and their eigenvectors, by block Lanczos with restarts.
///
/// Each cycle spans a Krylov space with full orthogonalization and restarts from its best Ritz vectors (Golub and
/// Underwood, "The block Lanczos method for computing eigenvalues", 1977). The result does not depend on the number of
/// threads.
struct LeadingEigenvectors {
  /// The eigenvalues, largest first: as many as were asked for, or fewer where the matrix has a smaller order.
  let values: [Double]
  /// One eigenvector of length 1 per eigenvalue; of its two signs, the one whose largest element is positive.
  let vectors: [[Double]]

  /// The error allowed in an eigenvector: the norm of A v - a v, relative to the largest eigenvalue.
  private static let tolerance = 1e-10

  /// Finds `count` eigenvectors of `matrix`, order x order, with both triangles filled.
  ///
  /// OpenBLAS uses one thread per call: how it divides a sum among several would show in the last digits.
  init(
    of matrix: WorkBuffer<Double>, order: Int, count: Int, threads: Int, run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    self = try SerialBLAS.run { () throws(MVError) in
      try LeadingEigenvectors(dividing: matrix, order: order, count: count, threads: threads, run)
    }
  }

  private init(
    dividing matrix: WorkBuffer<Double>, order: Int, count: Int, threads: Int, _ run: EvaluationRun
  ) throws(MVError) {
    let count = min(count, order)
    let block = min(order, count + 2)
    let space = min(order, 12 * block)
    var generator = SeededGenerator(seed: 0x4C61_6E63)
    var start = (0..<block).map { _ in (0..<order).map { _ in generator.normal() } }
    var found: (values: [Double], vectors: [[Double]]) = ([], [])
    for _ in 0..<300 {
      try run.check()
      let basis = WorkBuffer<Double>(uninitialized: space * order)
      let products = WorkBuffer<Double>(uninitialized: space * order)
      let width = Self.krylov(
        from: start, matrix, order: order, basis: basis, products: products, space: space, threads: threads)
      guard width > 0 else { break }
      let ritz = Ritz(basis: basis, products: products, width: width, order: order, count: block)
      found = (Array(ritz.values.prefix(count)), Array(ritz.vectors.prefix(count)))
      let scale = abs(ritz.values[0])
      if width == order || ritz.residuals.prefix(count).allSatisfy({ $0 <= Self.tolerance * scale }) { break }
      start = ritz.vectors
    }
    values = found.values
    vectors = found.vectors.map { vector in
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Fills `basis` with orthonormal rows that span start, A start, A^2 start ..., and returns their number.
  ///
  /// `products` is filled with A times each row.
  private static func krylov(
    from start: [[Double]], _ matrix: WorkBuffer<Double>, order: Int, basis: WorkBuffer<Double>,
    products: WorkBuffer<Double>, space: Int, threads: Int
  ) -> Int {
    var width = 0
    var next = start
    while width < space, !next.isEmpty {
      let before = width
      for vector in next where width < space {
        let place = basis.pointer + width * order
        place.update(from: vector, count: order)
        let norm = cblas_dnrm2(Int32(order), place, 1)
        // Twice is enough to be orthogonal to the last digit; what hardly remains was in the space already.
        for _ in 0..<2 {
          for other in 0..<width {
            let row = basis.pointer + other * order
            cblas_daxpy(Int32(order), -cblas_ddot(Int32(order), row, 1, place, 1), row, 1, place, 1)
          }
        }
        let rest = cblas_dnrm2(Int32(order), place, 1)
        guard rest > 1e-12 * norm, rest.isNormal else { continue }
        cblas_dscal(Int32(order), 1 / rest, place, 1)
        width += 1
      }
      multiply(matrix, order: order, basis, products, vectors: before..<width, threads: threads)
      next = (before..<width).map { Array(products.slice($0 * order..<($0 + 1) * order)) }
    }
    return width
  }

  /// Computes products[v] = A basis[v], in parts that do not depend on the number of threads.
  private static func multiply(
    _ matrix: WorkBuffer<Double>, order: Int, _ basis: WorkBuffer<Double>, _ products: WorkBuffer<Double>,
    vectors: Range<Int>, threads: Int
  ) {
    guard !vectors.isEmpty else { return }
    let stretch = 256
    Parallel.forEach((order + stretch - 1) / stretch, threads: threads) { index in
      let rows = index * stretch..<min(order, (index + 1) * stretch)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(vectors.count), Int32(rows.count), Int32(order), 1,
        basis.pointer + vectors.lowerBound * order, Int32(order), matrix.pointer + rows.lowerBound * order,
        Int32(order), 0, products.pointer + vectors.lowerBound * order + rows.lowerBound, Int32(order))
    }
  }
}

extension LeadingEigenvectors {
  /// The best approximations to eigenvectors within a space.
  private struct Ritz {
    let values: [Double]
    let vectors: [[Double]]
    /// The norm of A v - a v for each vector.
    let residuals: [Double]

    init(basis: WorkBuffer<Double>, products: WorkBuffer<Double>, width: Int, order: Int, count: Int) {
      let small = WorkBuffer<Double>(width * width, repeating: 0)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(width), Int32(width), Int32(order), 1, basis.pointer,
        Int32(order), products.pointer, Int32(order), 0, small.pointer, Int32(width))
      var size = Int32(width)
      var values = [Double](repeating: 0, count: width)
      var workCount = Int32(max(64, 34 * width))
      let work = WorkBuffer<Double>(uninitialized: Int(workCount))
      var status: Int32 = 0
      dsyev_("V", "U", &size, small.pointer, &size, &values, work.pointer, &workCount, &status)
      // Ascending, each eigenvector a row of what is, row by row, the transposed matrix.
      let kept = (0..<min(count, width)).map { width - 1 - $0 }
      self.values = kept.map { values[$0] }
      func combined(_ rows: WorkBuffer<Double>, _ index: Int) -> [Double] {
        var sum = [Double](repeating: 0, count: order)
        cblas_dgemv(
          CblasRowMajor, CblasTrans, Int32(width), Int32(order), 1, rows.pointer, Int32(order),
          small.pointer + index * width, 1, 0, &sum, 1)
        return sum
      }
      vectors = kept.map { combined(basis, $0) }
      residuals = zip(kept, vectors).map { index, vector in
        var gap = combined(products, index)
        cblas_daxpy(Int32(order), -values[index], vector, 1, &gap, 1)
        return cblas_dnrm2(Int32(order), gap, 1)
      }
    }
  }
}
