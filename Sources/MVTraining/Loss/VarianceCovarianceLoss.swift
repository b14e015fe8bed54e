package import MVCore
package import MVNetworks

/// The criterion of VICReg (Bardes, Ponce and LeCun 2022): invariance, variance and covariance.
///
///     L = l MSE(z, z') + m [v(z) + v(z')] / 2 + n [c(z) + c(z')]
///     v(z) = mean_j max(0, g - sqrt(var_j z + 1e-4)),  c(z) = 1/d sum_{j != k} cov_jk(z)^2
package struct VarianceCovarianceLoss: PairCriterion, Hashable {
  /// l: the weight of the mean squared difference.
  package var invariance: Double
  /// m: the weight of the hinge on standard deviations.
  package var variance: Double
  /// n: the weight of the covariances.
  package var covariance: Double
  /// g: the standard deviation below which the hinge acts.
  package var margin: Double

  /// Creates the criterion with the published weights.
  package init(invariance: Double = 25, variance: Double = 25, covariance: Double = 1, margin: Double = 1) {
    self.invariance = invariance
    self.variance = variance
    self.covariance = covariance
    self.margin = margin
  }

  package var kind: ViewLoss { .vicreg }

  package func pair(_ first: Tensor, _ second: Tensor) throws(MVError) -> PairLoss {
    try Tensor.check(first, second)
    let views = [try first.float32(), try second.float32()]
    let difference = try views[0].subtracting(views[1]).squared().mean()
    let parts = try views.map { (view) throws(MVError) in try spread(of: view) }
    let hinge = try parts[0].hinge.adding(parts[1].hinge).scaled(by: 0.5)
    let covariances = try parts[0].covariances.adding(parts[1].covariances)
    return try PairLoss([(invariance, difference), (variance, hinge), (covariance, covariances)])
  }

  private func spread(of view: Tensor) throws(MVError) -> (hinge: Tensor, covariances: Tensor) {
    let (rows, columns) = (Double(view.shape[0]), Double(view.shape[1]))
    let centered = try view.centered()
    let variances = try centered.squared().mean(axis: 0).scaled(by: rows / (rows - 1))
    let hinge = try variances.scaled(by: 1, plus: 1e-4).squareRoot().scaled(by: -1, plus: margin).rectified().mean()
    let squares = try centered.crossProductSquares(with: centered, diagonal: variances.scaled(by: rows - 1))
    return (hinge, try squares.scaled(by: 1 / ((rows - 1) * (rows - 1) * columns)))
  }
}

extension Tensor {
  /// The sum of the squares of `self^T * other`, B x d both, but for those of its diagonal, which is given.
  ///
  /// The product is d x d. With more columns than rows, the same sum is that of `(self * self^T) * (other * other^T)`,
  /// value by value, of B x B, less the diagonal's squares. Nothing is lost by the difference: the product's rank is
  /// below B, so that its diagonal alone cannot make up the sum.
  func crossProductSquares(with other: Tensor, diagonal: Tensor) throws(MVError) -> Tensor {
    guard shape[1] > shape[0] else {
      return try transposed().matrixProduct(other).offDiagonal().squared().sum()
    }
    let own = try matrixProduct(transposed())
    let theirs = self === other ? own : try other.matrixProduct(other.transposed())
    return try own.multiplied(by: theirs).sum().subtracting(diagonal.squared().sum())
  }
}
