internal import MVCore
internal import MVWeights

/// What is known of a network beside the shapes of its tensors: what a person says first, then what files say.
struct NetworkFacts {
  private(set) var heads: Int?
  private(set) var activation: VisionTransformerConfiguration.Activation?
  private(set) var epsilon: Double?
  private(set) var positions: VisionTransformerConfiguration.Positions?
  private(set) var stem: ResidualConfiguration.Stem?
  /// The first layers of a network of four stages with a 3x3 convolution, where nothing says more.
  private(set) var stemOfThree = ResidualConfiguration.Stem.cifar
  /// What was taken from where, for people.
  private(set) var notes: [String] = []

  /// What a person says alone.
  init(_ settings: NetworkSettings) { apply(settings) }

  /// What a published network is, whatever files say, and then what a person says of it.
  init(_ settings: NetworkSettings, _ published: NetworkCatalogue.Entry) {
    switch published.architecture {
    case .transformer(let known):
      (heads, activation, epsilon, positions) = (known.heads, known.activation, known.epsilon, known.positions)
    case .residual(let known): stem = known.stem
    case .modifiedResidual(let known): heads = known.heads
    }
    notes.append("it was read as \(published.name)")
    apply(settings)
  }

  init(
    _ settings: NetworkSettings, _ description: NetworkDescription, of weights: CanonicalWeights,
    tensors: [String: WeightTensor], checkpoint: CheckpointFacts?
  ) {
    let width = weights.weights["patch_embed.proj.weight"]?.shape.first
    if description.width == nil || width == nil || description.width == width {
      heads = description.heads
      activation = description.activation
      epsilon = description.epsilon
    } else {
      notes.append(
        "\(description.files.joined(separator: ", ")) is of a network \(description.width ?? 0) columns wide, this "
          + "one is \(width ?? 0): it is not heeded")
    }
    let naming = weights.network.naming
    if Self.isArchiveOfOpenAI(tensors, naming) {
      activation = .quickGELU
      notes.append("it is OpenAI's own archive: QuickGELU")
    }
    if naming == .timm { positions = Self.positions(of: weights, tensors) }
    if weights.network.root.split(separator: ".").contains("encoder"),
      tensors.keys.contains(where: { $0.contains("online_finetuner.") || $0.contains("encoder.projector.") })
    {
      stemOfThree = .smallKernel
    }
    if let checkpoint {
      // `auto` of a network of four stages is the released code's; of three stages there is one alone.
      stemOfThree = .smallKernel
      stem = checkpoint.stem
      switch checkpoint.architecture {
      // A run's `resnet18` has the catalogue's name but a stem of its own; one of 7x7 pixels is seen from the weights.
      case .residual(let made): stem = checkpoint.stem ?? (made.stem == .imagenet ? nil : made.stem)
      case .transformer(let made):
        (heads, activation, epsilon, positions) = (made.heads, made.activation, made.epsilon, made.positions)
      case .modifiedResidual(let made): heads = made.heads
      case nil: break
      }
    }
    apply(settings)
  }

  private mutating func apply(_ settings: NetworkSettings) {
    heads = settings.heads > 0 ? settings.heads : heads
    activation = settings.activation ?? activation
    epsilon = settings.epsilon > 0 ? settings.epsilon : epsilon
    positions = settings.positions ?? positions
    stem = settings.stem ?? stem
  }

  /// OpenAI's archives alone hold these three numbers.
  static func isArchiveOfOpenAI(_ tensors: [String: WeightTensor], _ naming: NetworkNaming) -> Bool {
    naming == .clip && ["input_resolution", "context_length", "vocab_size"].allSatisfy { tensors[$0] != nil }
  }

  /// DINO's and DINOv2's own code has timm's names, and positions of its own kind.
  private static func positions(
    of weights: CanonicalWeights, _ tensors: [String: WeightTensor]
  ) -> VisionTransformerConfiguration.Positions? {
    let root = weights.network.root
    // The network with registers came with antialiasing.
    if tensors["\(root)register_tokens"] != nil { return .bicubicAntialiased }
    let isTheirs = tensors["\(root)mask_token"] != nil || root.contains("teacher") || root.contains("student")
    return isTheirs ? .bicubicOffset : nil
  }
}
