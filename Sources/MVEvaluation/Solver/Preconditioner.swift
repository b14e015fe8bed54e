internal import MVCore
internal import SystemOpenBLAS

/// An approximate inverse of the Hessian: that of uniform class probabilities, covariance / classes + lambda.
///
/// The covariance is of at most some thousand rows, and only within blocks of columns where the whole would be too
/// large.
final class Preconditioner: Sendable {
  private let factors: [WorkBuffer<Float>]
  private let blocks: [Range<Int>]
  private let columns: Int
  private let classes: Int

  /// The bytes that the factors of all penalties may take.
  static let factorBytes = 512 << 20

  /// Factors each block of the covariance, for one penalty.
  init(covariance: BlockCovariance, lambda: Double, classes: Int) {
    blocks = covariance.blocks
    columns = covariance.columns
    self.classes = classes
    let curvature = 1 / Float(classes)
    factors = zip(covariance.blocks, covariance.values).map { block, values in
      let size = block.count
      let factor = WorkBuffer<Float>(uninitialized: size * size)
      var ridge = Float(lambda) + 1e-6 * curvature
      while true {
        for index in 0..<size * size { factor.pointer[index] = curvature * values.pointer[index] }
        for index in 0..<size { factor.pointer[index * size + index] += ridge }
        // Row by row and lower is column by column and upper.
        var order = Int32(size)
        var status: Int32 = 0
        spotrf_("U", &order, factor.pointer, &order, &status)
        if status == 0 { return factor }
        ridge *= 10
      }
    }
  }

  /// Replaces `vector`, laid out as a set of ``ProbeObjective``, by the approximate inverse times the vector.
  func apply(_ vector: UnsafeMutablePointer<Double>) {
    for (block, factor) in zip(blocks, factors) {
      let size = block.count
      let part = WorkBuffer<Float>(uninitialized: classes * size)
      // Gradients become very small; the factor's single precision must not turn them into zeros.
      var largest = 0.0
      for row in 0..<classes { for column in block { largest = max(largest, abs(vector[row * columns + column])) } }
      guard largest > 0 else { continue }
      for row in 0..<classes {
        for (index, column) in block.enumerated() {
          part.pointer[row * size + index] = Float(vector[row * columns + column] / largest)
        }
      }
      let (rows, order) = (Int32(classes), Int32(size))
      // The factor L is lower, row by row: v (L L^T)^-1 = (v L^-T) L^-1.
      cblas_strsm(
        CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows, order, 1, factor.pointer, order,
        part.pointer, order)
      cblas_strsm(
        CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, rows, order, 1, factor.pointer, order,
        part.pointer, order)
      for row in 0..<classes {
        for (index, column) in block.enumerated() {
          vector[row * columns + column] = Double(part.pointer[row * size + index]) * largest
        }
      }
    }
    for index in 0..<classes { vector[classes * columns + index] *= Double(classes) }
  }
}
