internal import CTorch
package import MVCore
package import MVNetworks

/// The loss of MV-MR (Kinakh, Drozdova and Voloshynovskiy 2024).
///
///     L = w_mse MSE(z0, z) + w_std [mean max(0, m - std_j z) + mean max(0, m - std_j z0)]
///         + w_zz (1 - dCor(z0, z)) + sum_r w_r (1 - dCor(z, phi_r))
///
/// z0 and z are the embeddings, B x d, of the plain and of the augmented view, phi_r is representation r of the plain
/// image. Everything is float32 whatever the embeddings are.
package struct MultiViewLoss: PairCriterion, Hashable {
  /// The weight of the mean squared difference of the views' embeddings.
  package var mseWeight: Double
  /// The weight of the hinge on each column's standard deviation.
  package var deviationWeight: Double
  /// The weight of one less the views' distance correlation.
  package var viewsWeight: Double
  /// m: the standard deviation below which the hinge acts.
  package var margin: Double
  /// Embeddings are multiplied by it before distances are taken; the released code does so with 1/32.
  package var embeddingScale: Double
  /// How distance correlations are estimated.
  package var estimator: DistanceEstimator
  /// Adds dCor(z, phi_r), as the released code does, where the paper adds 1 - dCor(z, phi_r).
  package var releasedSign: Bool
  /// Whether z0 is made dependent on the representations, too: adds the same terms of it.
  package var representsBoth: Bool
  /// The ranks that share the distances; nil for this process alone.
  ///
  /// They compute it at the same time of the same rows, as ``ProcessGroup/allRows(_:)`` gives them, and the gradient is
  /// right for a rank's own rows alone.
  package var group: ProcessGroup?

  /// Creates the loss as published.
  package init(
    mseWeight: Double = 1, deviationWeight: Double = 1, viewsWeight: Double = 1, margin: Double = 1,
    embeddingScale: Double = 1.0 / 32, estimator: DistanceEstimator = .biased, releasedSign: Bool = false,
    representsBoth: Bool = false, group: ProcessGroup? = nil
  ) {
    self.mseWeight = mseWeight
    self.deviationWeight = deviationWeight
    self.viewsWeight = viewsWeight
    self.margin = margin
    self.embeddingScale = embeddingScale
    self.estimator = estimator
    self.releasedSign = releasedSign
    self.representsBoth = representsBoth
    self.group = group
  }

  /// One representation of the batch's plain images.
  package struct Representation {
    /// The name its term is reported under.
    package let name: String
    /// The weight of its term.
    package let weight: Double
    /// Its distances, by the same estimator and over the same ranks as the loss.
    package let distances: CenteredDistances

    /// Creates a representation of a batch.
    package init(name: String, weight: Double, distances: CenteredDistances) {
      self.name = name
      self.weight = weight
      self.distances = distances
    }
  }

  /// The loss and its terms, with gradients to both embeddings; throws where the shapes differ.
  package func callAsFunction(
    plain z0: Tensor, augmented z: Tensor, representations: [Representation] = []
  ) throws(MVError) -> (loss: Tensor, terms: LossTerms) {
    var settings = settings
    let handles = representations.map { Optional($0.distances.handle) }
    let weights = representations.map(\.weight)
    var values = [Double](repeating: 0, count: 3 + (representsBoth ? 2 : 1) * weights.count)
    var total = 0.0
    let loss = try Tensor(during: "MV-MR loss") {
      mvt_loss(
        z0.handle, z.handle, &settings, handles, weights, Int64(weights.count), group?.handle, &values, &total, $0)
    }
    let terms = LossTerms.terms(
      of: representations.map(\.name), releasedSign: releasedSign, both: representsBoth)
    return (loss, LossTerms(terms: terms, values: values, total: total))
  }

  package var kind: ViewLoss { .mvmr }

  /// The terms between the views alone; the first view is the augmented one.
  package func pair(_ first: Tensor, _ second: Tensor) throws(MVError) -> PairLoss {
    let (loss, terms) = try self(plain: second, augmented: first)
    return PairLoss(loss: loss, values: Array(terms.values.prefix(3)), total: terms.total)
  }

  /// The terms of one view's embedding with each representation, in their order, and their weighted sum.
  ///
  /// Throws where the number of rows differs.
  package func dependence(of z: Tensor, on representations: [Representation]) throws(MVError) -> PairLoss {
    var settings = settings
    let handles = representations.map { Optional($0.distances.handle) }
    let weights = representations.map(\.weight)
    var values = [Double](repeating: 0, count: weights.count)
    var total = 0.0
    let loss = try Tensor(during: "dependence on representations") {
      mvt_dependence(
        z.handle, &settings, handles, weights, Int64(weights.count), group?.handle, &values, &total, $0)
    }
    return PairLoss(loss: loss, values: values, total: total)
  }

  private var settings: MVTLossSettings {
    MVTLossSettings(
      weight_mse: mseWeight, weight_std: deviationWeight, weight_views: viewsWeight, margin: margin,
      embedding_scale: embeddingScale, unbiased: estimator == .unbiased, released_sign: releasedSign,
      both_views: representsBoth)
  }
}
