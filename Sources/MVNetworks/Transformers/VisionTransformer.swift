package import MVCore

/// A vision transformer with timm's parameter names: N x 3 x H x W to N x width.
package final class VisionTransformer: Backbone {
  /// The deviation of starting weights.
  static let deviation = 0.02

  private let configuration: VisionTransformerConfiguration
  private let classToken: Tensor?
  private let distillationToken: Tensor?
  private let registers: Tensor?
  private let positions: PositionTable
  private let patchWeight: Tensor
  private let patchBias: Tensor?
  private let preNormalization: LayerNormalization?
  private let blocks: [TransformerBlock]
  private let normalization: LayerNormalization?
  private let projection: Tensor?
  private let head: Linear?
  private let distillationHead: Linear?

  init(
    _ configuration: VisionTransformerConfiguration, initializer: inout WeightInitializer
  ) throws(MVError) {
    try configuration.check()
    self.configuration = configuration
    let (width, patch, epsilon) = (configuration.width, configuration.patch, configuration.epsilon)
    classToken = configuration.classToken ? try initializer.normal([1, 1, width], deviation: 1e-6) : nil
    distillationToken =
      configuration.distillationToken ? try initializer.normal([1, 1, width], deviation: Self.deviation) : nil
    registers =
      configuration.registers > 0
      ? try initializer.normal([1, configuration.registers, width], deviation: 1e-6) : nil
    positions = PositionTable(
      values: try initializer.normal([1, configuration.positionCount, width], deviation: Self.deviation),
      prefix: configuration.positionsOfClassToken ? configuration.classTokens : 0, side: configuration.grid)
    let fanIn = 3 * patch * patch
    patchWeight = try initializer.uniform([width, 3, patch, patch], fanIn: fanIn)
    patchBias = configuration.patchBias ? try initializer.uniform([width], fanIn: fanIn) : nil
    preNormalization = configuration.preNormalization ? try LayerNormalization(width, epsilon: epsilon) : nil
    var blocks: [TransformerBlock] = []
    for _ in 0..<configuration.depth {
      blocks.append(try TransformerBlock(configuration, initializer: &initializer))
    }
    self.blocks = blocks
    normalization =
      configuration.finalNormalization == .none ? nil : try LayerNormalization(width, epsilon: epsilon)
    projection =
      configuration.projection > 0
      ? try initializer.normal([width, configuration.projection], deviation: 1 / Double(width).squareRoot()) : nil
    let classes = configuration.classes
    head =
      classes > 0
      ? try Linear(inputs: width, outputs: classes, deviation: Self.deviation, initializer: &initializer) : nil
    distillationHead =
      classes > 0 && configuration.distillationToken
      ? try Linear(inputs: width, outputs: classes, deviation: Self.deviation, initializer: &initializer) : nil
    for tensor in [classToken, distillationToken, registers, positions.values, patchWeight, patchBias, projection] {
      try tensor?.setRequiresGradient(true)
    }
  }

  // MARK: Outputs

  /// Whether the feature is the class token, and not the mean of the patches.
  private var takesClassToken: Bool {
    configuration.classToken && configuration.finalNormalization != .features
  }

  package var outputs: [NetworkOutput] {
    [.features] + (configuration.projection > 0 ? [.projection] : []) + (configuration.classes > 0 ? [.logits] : [])
      + [.patches] + (takesClassToken ? [.classAndPatches] : [])
      + (0..<configuration.depth).map { .stage($0 + 1) }
  }

  package func columns(of output: NetworkOutput) -> Int? {
    guard outputs.contains(output) else { return nil }
    switch output {
    case .projection: return configuration.projection
    case .logits: return configuration.classes
    case .classAndPatches: return 2 * configuration.width
    case .features, .patches, .stage: return configuration.width
    }
  }

  package func check(_ size: ImageSize) throws(MVError) {
    let patch = configuration.patch
    guard size.height % patch != 0 || size.width % patch != 0 else { return }
    func nearest(_ side: Int) -> Int { max(1, (side + patch / 2) / patch) * patch }
    let fitting = ImageSize(height: nearest(size.height), width: nearest(size.width))
    throw .usage(
      "images of \(size)", "are no whole number of patches of \(patch)x\(patch) pixels",
      remedy: "give a size of multiples of \(patch), for example \(fitting)")
  }

  package func output(
    _ output: NetworkOutput, of images: Tensor, _ pass: NetworkPass
  ) throws(MVError) -> Tensor {
    _ = try checkedColumns(of: output)
    var tokens = try embedded(images)
    if let preNormalization { tokens = try preNormalization.forward(tokens, pass) }
    if case .stage(let number) = output {
      for block in blocks[..<number] { tokens = try block.forward(tokens, pass) }
      return try patches(of: tokens).mean(axis: 1)
    }
    for block in blocks { tokens = try block.forward(tokens, pass) }
    switch output {
    case .patches, .stage: return try patchFeature(tokens, pass)
    case .classAndPatches:
      return try [classFeature(tokens, 0, pass), patchFeature(tokens, pass)].concatenated(axis: 1)
    case .features: return try feature(tokens, pass)
    case .projection:
      let feature = try feature(tokens, pass)
      return try projection.map { (matrix) throws(MVError) in try feature.matrixProduct(matrix) } ?? feature
    case .logits: return try logits(tokens, pass)
    }
  }

  private func feature(_ tokens: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    guard takesClassToken else { return try patchFeature(tokens, pass) }
    let own = try classFeature(tokens, 0, pass)
    guard configuration.distillationToken else { return own }
    return try own.adding(classFeature(tokens, 1, pass)).scaled(by: 0.5)
  }

  private func logits(_ tokens: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    guard let head else { return try feature(tokens, pass) }
    guard let distillationHead, takesClassToken else { return try head.forward(feature(tokens, pass), pass) }
    return try head.forward(classFeature(tokens, 0, pass), pass)
      .adding(distillationHead.forward(classFeature(tokens, 1, pass), pass)).scaled(by: 0.5)
  }

  // MARK: Tokens

  /// The class token, or the one `place` after it, after the last normalization; N x width.
  private func classFeature(_ tokens: Tensor, _ place: Int, _ pass: NetworkPass) throws(MVError) -> Tensor {
    // A normalization is of each token by itself: the others need none.
    let token = try tokens.narrowed(axis: 1, place..<place + 1).reshaped([tokens.shape[0], configuration.width])
    guard let normalization else { return token }
    return try normalization.forward(token, pass)
  }

  /// The mean of the patches after the last normalization, or the last normalization of their mean; N x width.
  private func patchFeature(_ tokens: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    let patches = try patches(of: tokens)
    guard let normalization else { return try patches.mean(axis: 1) }
    guard configuration.finalNormalization == .features else {
      return try normalization.forward(patches, pass).mean(axis: 1)
    }
    return try normalization.forward(patches.mean(axis: 1), pass)
  }

  private func patches(of tokens: Tensor) throws(MVError) -> Tensor {
    let before = configuration.classTokens + configuration.registers
    return before == 0 ? tokens : try tokens.narrowed(axis: 1, before..<tokens.shape[1])
  }

  /// The tokens that the first block takes, N x tokens x width.
  private func embedded(_ images: Tensor) throws(MVError) -> Tensor {
    let shape = images.shape
    try check(ImageSize(height: shape[2], width: shape[3]))
    let (count, patch, width) = (shape[0], configuration.patch, configuration.width)
    let (rows, columns) = (shape[2] / patch, shape[3] / patch)
    // A convolution whose stride is its kernel is a linear layer of each square of pixels.
    let squares = try images.reshaped([count, 3, rows, patch, columns, patch]).permuted([0, 2, 4, 1, 3, 5])
      .reshaped([count, rows * columns, 3 * patch * patch])
    let patches = try squares.linear(weight: patchWeight.reshaped([width, -1]), bias: patchBias)
      .adding(positions.grid(height: rows, width: columns, configuration.positions))
    var single: [Tensor] = []
    if let classToken { single.append(classToken) }
    if let distillationToken { single.append(distillationToken) }
    if configuration.positionsOfClassToken && !single.isEmpty {
      single = [try single.concatenated(axis: 1).adding(positions.prefixRows())]
    }
    if let registers { single.append(registers) }
    guard !single.isEmpty else { return patches }
    var parts: [Tensor] = []
    for tokens in single { parts.append(try tokens.expanded([count, -1, -1])) }
    return try (parts + [patches]).concatenated(axis: 1)
  }

  // MARK: State

  package var state: [NamedTensor] {
    func named(_ name: String, _ tensor: Tensor?) -> [NamedTensor] {
      tensor.map { [NamedTensor(name: name, tensor: $0, isParameter: true)] } ?? []
    }
    var state = named("cls_token", classToken) + named("reg_token", registers)
    state += named("pos_embed", positions.values) + named("dist_token", distillationToken)
    state += named("patch_embed.proj.weight", patchWeight) + named("patch_embed.proj.bias", patchBias)
    state += preNormalization?.state.prefixed("norm_pre") ?? []
    for (index, block) in blocks.enumerated() { state += block.state.prefixed("blocks.\(index)") }
    state += normalization?.state.prefixed(configuration.finalNormalization == .features ? "fc_norm" : "norm") ?? []
    state += named("proj", projection)
    return state + (head?.state.prefixed("head") ?? []) + (distillationHead?.state.prefixed("head_dist") ?? [])
  }
}
