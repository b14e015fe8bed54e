package import MVCore
package import MVNetworks

/// A criterion between the embeddings of two views of the same images.
///
/// It is a function of the embeddings of a whole batch, B x d in float32, and of nothing else.
package protocol PairCriterion: Sendable {
  /// Which criterion it is.
  var kind: ViewLoss { get }

  /// The weighted sum, with gradients to both embeddings; throws where the shapes differ.
  func pair(_ first: Tensor, _ second: Tensor) throws(MVError) -> PairLoss
}

/// The value of a criterion.
package struct PairLoss {
  /// The weighted sum, one value with gradients.
  package let loss: Tensor
  /// One unweighted value a term, in the order of ``ViewLoss/terms``.
  package let values: [Double]
  /// The weighted sum.
  package let total: Double

  init(loss: Tensor, values: [Double], total: Double) {
    self.loss = loss
    self.values = values
    self.total = total
  }

  /// Sums terms, one value each, by their weights.
  init(_ terms: [(weight: Double, value: Tensor)]) throws(MVError) {
    var sum: Tensor?
    var (values, total) = ([Double](), 0.0)
    for (weight, value) in terms {
      let number = Double(try value.scalar())
      values.append(number)
      total += weight * number
      let part = try value.scaled(by: weight)
      sum = if let sum { try sum.adding(part) } else { part }
    }
    guard let sum else { throw .internalFault("a loss", "has no terms") }
    self.init(loss: sum, values: values, total: total)
  }
}

extension Tensor {
  /// Throws where two embeddings are not rows of one shape.
  static func check(_ first: Tensor, _ second: Tensor) throws(MVError) {
    guard first.shape.count == 2, first.shape == second.shape, first.shape[0] > 1, first.shape[1] > 0 else {
      throw .internalFault("the views' embeddings", "have shapes \(first.shape) and \(second.shape)")
    }
  }

  /// The rows less their mean.
  func centered() throws(MVError) -> Tensor { try subtracting(mean(axis: 0)) }
}
