public import MVCore
public import MVImaging
public import MVNetworks

extension TrainingSettings {
  /// The structure of the encoder; throws a usage error where depth, widths, stem and encoder do not go together.
  public func architecture() throws(MVError) -> NetworkArchitecture {
    guard depth == 0 || encoder == .cifarResNet else {
      throw misfit("depth=\(depth)", remedy: "give depth=0, which is its own, or encoder=cifar-resnet")
    }
    if case .network(let reference) = encoder {
      guard widths.isEmpty else { throw misfit("widths=\(try text(of: "widths"))", remedy: ownWidths) }
      guard stem == nil else { throw misfit("stem=\(try text(of: "stem"))", remedy: "give stem=auto") }
      guard let architecture = reference.architecture else {
        throw misfit("encoder", remedy: "use a name of mvmr networks")
      }
      return architecture
    }
    return .residual(try residualConfiguration())
  }

  private func residualConfiguration() throws(MVError) -> ResidualConfiguration {
    let isCIFAR = encoder == .cifarResNet || encoder == .resnet8x4
    let stem = stem ?? (isCIFAR ? .cifar : .smallKernel)
    let configuration: ResidualConfiguration?
    switch encoder {
    case .resnet8x4:
      guard widths.isEmpty else {
        throw misfit("widths=\(try text(of: "widths"))", remedy: "\(ownWidths), or encoder=cifar-resnet with depth=8")
      }
      configuration = .cifarResNet(depth: 8, widths: [32, 64, 128, 256], stem: stem)
    case .cifarResNet:
      guard depth == 0 || (depth >= 8 && (depth - 2) % 6 == 0) else {
        throw .usage("setting depth=\(depth)", "is not 6n + 2", remedy: "use 8, 14, 20, 26, 32, 38, 44, 56 or 110")
      }
      configuration = .cifarResNet(
        depth: depth == 0 ? 8 : depth, widths: widths.isEmpty ? [16, 32, 64] : widths, stem: stem)
    default:
      configuration = .resNet(
        layers: encoder == .resnet18 ? 18 : encoder == .resnet34 ? 34 : 50, stem: stem,
        widths: widths.isEmpty ? nil : widths)
    }
    guard let configuration else {
      throw misfit("widths=\(try text(of: "widths"))", remedy: isCIFAR ? "give 3 or 4 widths" : "give 4 widths")
    }
    return configuration
  }

  /// Configurations, `builtin:small` among them, may have set widths for another encoder.
  private var ownWidths: String { "give widths= with nothing behind it, which is its own (widths: [] in YAML)" }

  private func misfit(_ setting: String, remedy: String) -> MVError {
    .usage("setting \(setting)", "is not possible with encoder=\(encoder)", remedy: remedy)
  }

  /// The encoder and its projector with the weights of their start, a function of the seed.
  ///
  /// Throws a usage error where the settings describe none.
  package func untrainedEncoder() throws(MVError) -> Encoder {
    try Encoder(architecture(), projector: projector, seed: UInt64(seed), channelsLast: channelsLast)
  }

  /// The same encoder with weights of 0, to be given others: drawing those of a large network takes seconds.
  ///
  /// Throws a usage error where the settings describe none.
  func emptyEncoder() throws(MVError) -> Encoder {
    try Encoder(architecture(), projector: projector, seed: nil, channelsLast: channelsLast)
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
      batchesPerStep: accumulate, waveBatches: waveBatches, restartSteps: restartEpochs * stepsPerEpoch,
      restartFactor: restartFactor)
  }

  /// The statistics that images of `shape` are normalized by.
  public func statistics(for shape: ImageShape) -> ImageStatistics {
    normalization ?? (max(shape.height, shape.width) <= 32 ? .cifar : .imagenet)
  }

  /// The element of products on what networks run on now; nil for float32.
  public var products: Torch.HalfElement? { precision.products }
}

extension TrainingSettings.Precision {
  static let help = "precision of products; auto is bf16 where the processor or the device has it; float16 is for CUDA"

  /// The element of products on what networks run on now; nil for float32.
  var products: Torch.HalfElement? {
    switch self {
    case .automatic: Torch.hasFastBFloat16 ? .bfloat16 : nil
    case .float32: nil
    case .bfloat16: .bfloat16
    case .float16: .float16
    }
  }

  /// Throws a usage error where such products are not made on `device`.
  func check(on device: Device) throws(MVError) {
    guard self == .float16, !device.isCUDA else { return }
    throw .usage(
      "setting precision=float16", "is for CUDA: processors multiply no float16 here",
      remedy: "use precision=bf16 or float32, or device=cuda")
  }
}
