package import MVCore
package import MVNetworks

/// The criterion of SimCLR (Chen, Kornblith, Norouzi and Hinton 2020): normalized, temperature-scaled cross-entropy.
///
///     L = mean_i -log [exp(s_ij / t) / sum_{k != i} exp(s_ik / t)]
///
/// i and k go over the 2B embeddings of both views, j is the other view of i, and s are cosines.
package struct ContrastiveLoss: PairCriterion, Hashable {
  /// What cosines are divided by.
  package var temperature: Double

  /// Creates the criterion; 0.1 is the released code's temperature for ImageNet, 0.5 that for CIFAR.
  package init(temperature: Double = 0.1) { self.temperature = temperature }

  package var kind: ViewLoss { .simclr }

  package func pair(_ first: Tensor, _ second: Tensor) throws(MVError) -> PairLoss {
    try Tensor.check(first, second)
    let count = first.shape[0]
    let rows = try [first.float32(), second.float32()].concatenated(axis: 0).normalizedRows()
    // The temperature enters before the product, whose result is the larger.
    let scores = try rows.scaled(by: 1 / temperature).matrixProduct(rows.transposed()).maskingDiagonal()
    let others = (0..<2 * count).map { Int64(($0 + count) % (2 * count)) }
    return try PairLoss([(1, scores.crossEntropy(others))])
  }
}
