public import MVCore
public import MVImaging
public import MVNetworks

extension TrainingSettings {
  /// The shape of the encoder; throws a usage error where depth, widths and encoder do not go together.
  public func architecture() throws(MVError) -> EncoderArchitecture {
    let isCIFAR = encoder == .cifarResNet || encoder == .resnet8x4
    let stem = stem ?? (isCIFAR ? .cifar : .smallKernel)
    let given = "setting widths=\(try text(of: "widths"))"
    guard depth == 0 || encoder == .cifarResNet else {
      throw .usage(
        "setting depth=\(depth)", "is not possible with encoder=\(encoder.rawValue)", remedy: "use encoder=cifar-resnet"
      )
    }
    let architecture: EncoderArchitecture?
    switch encoder {
    case .resnet18, .resnet34, .resnet50:
      architecture = .resNet(
        layers: encoder == .resnet18 ? 18 : encoder == .resnet34 ? 34 : 50, stem: stem,
        widths: widths.isEmpty ? nil : widths,
        projector: projector)
    case .resnet8x4:
      guard widths.isEmpty else {
        throw .usage(
          given, "is not possible with encoder=resnet8x4",
          remedy: "use encoder=cifar-resnet with depth=8")
      }
      architecture = .cifarResNet(depth: 8, widths: [32, 64, 128, 256], stem: stem, projector: projector)
    case .cifarResNet:
      guard depth == 0 || (depth >= 8 && (depth - 2) % 6 == 0) else {
        throw .usage("setting depth=\(depth)", "is not 6n + 2", remedy: "use 8, 14, 20, 26, 32, 38, 44, 56 or 110")
      }
      architecture = .cifarResNet(
        depth: depth == 0 ? 8 : depth, widths: widths.isEmpty ? [16, 32, 64] : widths, stem: stem,
        projector: projector)
    }
    guard let architecture else {
      throw .usage(
        given, "is not possible with encoder=\(encoder.rawValue)",
        remedy: isCIFAR ? "give 3 or 4 widths" : "give 4 widths")
    }
    return architecture
  }

  /// The loss with these weights.
  package var loss: MultiViewLoss {
    MultiViewLoss(
      mseWeight: mseWeight, deviationWeight: deviationWeight, viewsWeight: viewsWeight, margin: margin,
      embeddingScale: embeddingScale, estimator: estimator, releasedSign: releasedSign)
  }

  /// The weight of the representation `name`.
  public func weight(of name: String) -> Double {
    representationWeights[name] ?? teachers.first { $0.label == name }?.weight ?? representationsWeight
  }

  /// The learning rates of a run of `stepsPerEpoch` steps an epoch; throws where the warm-up is not shorter than it.
  public func schedule(stepsPerEpoch: Int) throws(MVError) -> LearningRateSchedule {
    let warmup = warmupEpochs < 0 ? min(10, Double(epochs) / 10) : warmupEpochs
    if scheduler == .warmupCosine && warmup >= Double(epochs) {
      throw .usage(
        "setting warmup_epochs=\(warmupEpochs)", "is not below epochs=\(epochs)",
        remedy: "warm up for less, or -1 for a tenth")
    }
    return LearningRateSchedule(
      kind: scheduler, highest: lr, lowest: min(minLR, lr),
      warmupSteps: Int((warmup * Double(stepsPerEpoch)).rounded()), totalSteps: epochs * stepsPerEpoch,
      milestones: milestones.map { $0 * stepsPerEpoch }, gamma: gamma, stepsPerEpoch: stepsPerEpoch,
      batchesPerStep: accumulate, waveBatches: waveBatches)
  }

  /// The statistics that images of `shape` are normalized by.
  public func statistics(for shape: ImageShape) -> ImageStatistics {
    normalization ?? (max(shape.height, shape.width) <= 32 ? .cifar : .imagenet)
  }

  /// Whether products are made in bfloat16 on this machine.
  public var usesBFloat16: Bool {
    switch precision {
    case .automatic: Torch.hasFastBFloat16
    case .float32: false
    case .bfloat16: true
    }
  }
}
