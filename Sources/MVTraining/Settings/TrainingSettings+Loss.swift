public import MVCore
internal import MVImaging
internal import MVNetworks

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
    try precision.check(on: device)
    try Torch.checkThreads(threads)
    if policy == .none, pairsRandomViews || loss != .mvmr {
      let pair = secondView == .random ? "second_view=random" : "loss=\(loss.rawValue)"
      throw .usage(
        "setting policy=none", "makes both views of an image the same, and \(pair) compares two that differ",
        remedy: "take policy=custom or another that changes images")
    }
    try checkLocalCrops()
    if !weighsRepresentations, teachers.isEmpty, let nothing = weightsWithoutViews {
      throw .usage(
        "setting \(nothing)", "leaves nothing to learn: no representation has a weight beside loss=\(loss.rawValue)",
        remedy: "make it larger, or add representations")
    }
  }

  /// Whether any representation may have a weight.
  private var weighsRepresentations: Bool {
    representations != .none && (representationsWeight > 0 || representationWeights.values.contains { $0 > 0 })
  }

  /// The weights that take all out of the loss between the views, as they are set; nil where something is in it.
  private var weightsWithoutViews: String? {
    switch loss {
    case .mvmr:
      mseWeight + deviationWeight + viewsWeight == 0 ? "weight_mse=0, weight_std=0, weight_zz=0" : nil
    case .vicreg where criterionWeight > 0:
      invarianceWeight + varianceWeight + covarianceWeight == 0
        ? "weight_invariance=0, weight_variance=0, weight_covariance=0" : nil
    case .simclr, .vicreg, .barlow: criterionWeight == 0 ? "weight_views=0" : nil
    }
  }

  /// Throws a usage error where small crops are asked for that cannot be cut, or be told from whole views.
  private func checkLocalCrops() throws(MVError) {
    guard AugmentationPolicy(policy, size: .square(32)).scalesCrops else {
      let setting = localCrops > 0 ? "local_crops=\(localCrops)" : cropScale > 0 ? "crop_scale=\(cropScale)" : nil
      guard let setting else { return }
      throw .usage(
        "setting \(setting)", "wants a policy that cuts random crops, policy=\(policy.rawValue) does not",
        remedy: "take policy=custom, simclr, vicreg or crop")
    }
  }

  /// Throws a usage error where small crops of `local` are not smaller than the images, or not for the encoder.
  func check(_ local: ImageSize, within size: ImageSize, of encoder: Encoder) throws(MVError) {
    guard local.height < size.height, local.width < size.width else {
      throw .usage(
        "setting local_size=\(localSize)", "is not smaller than the images of \(size)",
        remedy: "make it smaller, or leave it out for \(max(1, min(size.height, size.width) * 3 / 7))")
    }
    do throws(MVError) { try encoder.backbone.check(local) } catch {
      throw .usage(
        "setting local_size=\(localSize)", "gives crops of \(local), which the encoder does not take",
        remedy: error.remedy)
    }
  }

  /// The size of small crops of images of `size`; nil where there are none.
  func localCropSize(of size: ImageSize) -> ImageSize? {
    guard localCrops > 0 else { return nil }
    return localSize > 0
      ? .square(localSize) : ImageSize(height: max(1, size.height * 3 / 7), width: max(1, size.width * 3 / 7))
  }

  /// The smallest share of an image that random crops take; 0 for that of the policy.
  var leastCropScale: Double { cropScale > 0 ? cropScale : localCrops > 0 ? localScale : 0 }
}
