public import MVCore
internal import MVImaging

extension TrainingSettings {
  /// The loss that the settings describe.
  package var trainingLoss: TrainingLoss {
    let multiView = MultiViewLoss(
      mseWeight: mseWeight, deviationWeight: deviationWeight, viewsWeight: viewsWeight, margin: margin,
      embeddingScale: embeddingScale, estimator: estimator, releasedSign: releasedSign,
      representsBoth: representsBothViews)
    let criterion: (any PairCriterion)? =
      switch loss {
      case .mvmr: nil
      case .simclr: ContrastiveLoss(temperature: temperature)
      case .vicreg:
        VarianceCovarianceLoss(
          invariance: invarianceWeight, variance: varianceWeight, covariance: covarianceWeight, margin: margin)
      case .barlow: CrossCorrelationLoss(offDiagonal: offDiagonalWeight)
      }
    return TrainingLoss(multiView, criterion: criterion, weight: criterionWeight)
  }

  /// The terms of the loss with these representations, in order.
  func terms(of representations: [String]) -> [LossTerms.Term] {
    LossTerms.terms(of: representations, of: loss, releasedSign: releasedSign, both: representsBothViews)
  }

  /// Whether both views of a pair are random.
  var pairsRandomViews: Bool { (secondView ?? (loss == .mvmr ? .plain : .random)) == .random }

  /// Whether both views' embeddings depend on the representations.
  var representsBothViews: Bool { (representedViews ?? (pairsRandomViews ? .both : .first)) == .both }

  /// Throws a usage error where settings do not go together, as far as that can be told without the images.
  public func check() throws(MVError) {
    if policy == .none, pairsRandomViews || loss != .mvmr {
      let pair = secondView == .random ? "second_view=random" : "loss=\(loss.rawValue)"
      throw .usage(
        "setting policy=none", "makes both views of an image the same, and \(pair) compares two that differ",
        remedy: "take policy=custom or another that changes images")
    }
    if loss != .mvmr, criterionWeight == 0, representations == .none, teachers.isEmpty {
      throw .usage(
        "setting weight_views=0", "leaves nothing to learn: there are no representations beside loss=\(loss.rawValue)",
        remedy: "make it larger, or add representations")
    }
  }
}
