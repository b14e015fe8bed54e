package import MVCore
package import MVNetworks

/// The criterion of Barlow Twins (Zbontar and others 2021): the views' cross-correlation is to be the identity.
///
///     L = sum_j (1 - C_jj)^2 + l sum_{j != k} C_jk^2
///
/// C is the correlation, over the batch, of column j of one view with column k of the other; deviations are those of
/// batch normalization, with 1e-5 added to variances.
package struct CrossCorrelationLoss: PairCriterion, Hashable {
  /// l: the weight of the correlations of different columns.
  package var offDiagonal: Double

  /// Creates the criterion with the published weight.
  package init(offDiagonal: Double = 0.005) { self.offDiagonal = offDiagonal }

  package var kind: ViewLoss { .barlow }

  package func pair(_ first: Tensor, _ second: Tensor) throws(MVError) -> PairLoss {
    try Tensor.check(first, second)
    let rows = Double(first.shape[0])
    let (x, y) = (try standardized(first), try standardized(second))
    let correlations = try x.multiplied(by: y).mean(axis: 0)
    let onDiagonal = try correlations.scaled(by: 1, plus: -1).squared().sum()
    let others = try x.crossProductSquares(with: y, diagonal: correlations.scaled(by: rows))
    return try PairLoss([(1, onDiagonal), (offDiagonal, others.scaled(by: 1 / (rows * rows)))])
  }

  private func standardized(_ view: Tensor) throws(MVError) -> Tensor {
    let centered = try view.float32().centered()
    return try centered.divided(by: centered.squared().mean(axis: 0).scaled(by: 1, plus: 1e-5).squareRoot())
  }
}
