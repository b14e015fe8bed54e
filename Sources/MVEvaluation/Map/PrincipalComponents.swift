public import MVCore

/// Principal component analysis: the directions in which rows vary most, and the rows' coordinates along them.
///
/// With X the rows with their mean subtracted and X X^T = U diag(s^2) U^T, the scores are U diag(s): scikit-learn's
/// `PCA`, up to the sign of each component. Here the largest score of a component is positive.
public struct PrincipalComponents: Hashable, Sendable {
  /// The coordinates of the rows: rows x components.
  public let scores: Matrix
  /// The variance along each component (n - 1 in the denominator), largest first.
  public let variances: [Double]
  /// The variance of all columns together.
  public let totalVariance: Double

  /// The share of the variance that each component explains, 0...1; zeros where there is no variance.
  public var explained: [Double] { variances.map { totalVariance > 0 ? $0 / totalVariance : 0 } }

  /// Finds `count` components of `rows`, or as many as there are rows.
  ///
  /// Memory and time grow with the square of the number of rows. Throws for fewer than two rows, or where a value is
  /// not finite.
  public init(
    of rows: Matrix, count: Int = 2, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation()
  ) throws(MVError) {
    guard rows.rows >= 2, rows.columns >= 1, count >= 1 else {
      throw .usage(
        "principal components", "need two rows and a column; these are \(rows.rows) x \(rows.columns)",
        remedy: "give more rows")
    }
    let run = EvaluationRun("principal components", cancellation: cancellation)
    let gram = try CenteredRows(rows).gram(threads: threads, run: run)
    try self.init(gram: gram, rows: rows.rows, count: count, threads: threads, run: run)
  }

  /// Finds the components of rows whose inner products are `gram`.
  init(
    gram: WorkBuffer<Double>, rows: Int, count: Int, threads: Int, run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    let leading = try LeadingEigenvectors(of: gram, order: rows, count: count, threads: threads, run: run)
    let freedom = Double(max(1, rows - 1))
    let lengths = leading.values.map { max(0, $0).squareRoot() }
    var scores = Matrix(rows: rows, columns: lengths.count)
    for (component, vector) in leading.vectors.enumerated() {
      for (row, value) in vector.enumerated() { scores[row, component] = Float(value * lengths[component]) }
    }
    self.scores = scores
    variances = leading.values.map { max(0, $0) / freedom }
    totalVariance = (0..<rows).reduce(0) { $0 + gram.pointer[$1 * rows + $1] } / freedom
  }
}
