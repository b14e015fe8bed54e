public import MVCore

/// The distance correlation of two sets of rows, with its gradients; without libtorch.
///
/// Squared distances are clamped from below at 1e-4, as MV-MR does. Everything is in float32, sums in float64. Szekely,
/// Rizzo and Bakirov, "Measuring and testing dependence by correlation of distances", 2007.
public struct DistanceCorrelation: Sendable {
  /// How the distances are centered.
  public var estimator: DependenceEstimator
  /// The number of threads to use; results do not depend on it.
  public var threads: Int

  /// Creates the correlation as published.
  public init(estimator: DependenceEstimator = .biased, threads: Int = Parallel.processorCount) {
    (self.estimator, self.threads) = (estimator, threads)
  }

  /// The correlation of the rows of two matrices.
  ///
  /// 0 where the rows of one do not differ; NaN where a value is. Throws where the numbers of rows differ or are too
  /// small.
  public func callAsFunction(_ x: Matrix, _ y: Matrix) throws(MVError) -> Double {
    try x.values.withUnsafeBufferPointer { (a) throws(MVError) in
      try y.values.withUnsafeBufferPointer { (b) throws(MVError) in
        guard let a = a.baseAddress, let b = b.baseAddress else {
          throw .usage("distance correlation", "needs rows", remedy: "give a batch")
        }
        return try value(
          Rows(a, count: x.rows, columns: x.columns), Rows(b, count: y.rows, columns: y.columns), gradientOfX: nil,
          gradientOfY: nil)
      }
    }
  }

  /// Rows in memory, one after the other without gaps.
  package struct Rows {
    let start: UnsafePointer<Float>
    let count: Int
    let columns: Int

    /// Names memory that holds count x columns values.
    package init(_ start: UnsafePointer<Float>, count: Int, columns: Int) {
      (self.start, self.count, self.columns) = (start, count, columns)
    }
  }

  /// The correlation; writes its gradients where they are asked for, as large as the rows.
  ///
  /// Throws where the numbers of rows differ or are too small.
  package func value(
    _ x: Rows, _ y: Rows, gradientOfX: UnsafeMutablePointer<Float>?, gradientOfY: UnsafeMutablePointer<Float>?
  ) throws(MVError) -> Double {
    let (a, b) = (try distances(x), try distances(y))
    let slopeOfA = gradientOfX.map { _ in WorkBuffer<Float>(x.count * x.count, repeating: 0) }
    let slopeOfB = gradientOfY.map { _ in WorkBuffer<Float>(y.count * y.count, repeating: 0) }
    let value = try correlate(a, b, weight: 1, slopeOfA, slopeOfB)
    for (gradient, slope, side) in [(gradientOfX, slopeOfA, a), (gradientOfY, slopeOfB, b)] {
      guard let gradient, let slope else { continue }
      gradient.update(repeating: 0, count: side.count * side.columns)
      side.addGradient(of: slope, to: gradient)
    }
    return value
  }

  /// The centered distances of rows times `scale`; throws where there are too few rows.
  func distances(_ rows: Rows, scale: Double = 1) throws(MVError) -> RowDistances {
    try RowDistances(
      rows.start, count: rows.count, columns: rows.columns, scale: scale, estimator: estimator, threads: threads)
  }

  /// The correlation of two sides; weight times its derivatives by the distances are added to the slopes.
  ///
  /// Throws where the numbers of rows differ.
  func correlate(
    _ a: RowDistances, _ b: RowDistances, weight: Double, _ slopeOfA: WorkBuffer<Float>?, _ slopeOfB: WorkBuffer<Float>?
  ) throws(MVError) -> Double {
    guard a.count == b.count else {
      throw .usage(
        "distance correlation", "is asked of \(a.count) and \(b.count) rows",
        remedy: "give as many rows of one as of the other")
    }
    if a.square == 0 || b.square == 0 { return 0 }
    let norm = (a.square * b.square).squareRoot()
    let ratio = RowDistances.dot(a.centered, b.centered) / norm
    // The biased value is a root, with an infinite slope at 0; the unbiased one is the ratio itself, which may be
    // negative.
    let value = estimator == .unbiased ? ratio : (ratio < 0 ? 0 : ratio).squareRoot()
    let outer = weight * (estimator == .unbiased ? 1 : 0.5 / max(value, 1e-4))
    func add(_ slope: WorkBuffer<Float>?, _ own: RowDistances, _ other: RowDistances) {
      guard let target = slope?.pointer else { return }
      let (cross, itself) = (Float(outer / norm), Float(outer * ratio / own.square))
      let (ours, theirs) = (own.centered.pointer, other.centered.pointer)
      for index in 0..<own.count * own.count { target[index] += cross * theirs[index] - itself * ours[index] }
    }
    add(slopeOfA, a, b)
    add(slopeOfB, b, a)
    return value
  }
}
