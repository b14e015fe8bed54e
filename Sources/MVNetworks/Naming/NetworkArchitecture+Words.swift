extension NetworkArchitecture {
  /// What it is in one line, for people.
  public var words: String {
    switch self {
    case .residual(let architecture): architecture.words
    case .transformer(let configuration): configuration.words
    case .modifiedResidual(let configuration): configuration.words
    }
  }

  /// The outputs that such a network has, the usual one first, and the columns of each.
  public var outputs: [(output: NetworkOutput, columns: Int)] {
    switch self {
    case .residual(let network):
      [(.features, network.featureCount)] + (network.classes > 0 ? [(.logits, network.classes)] : [])
        + network.widths.enumerated().map { (.stage($0 + 1), $1 * network.block.expansion) }
    case .modifiedResidual(let network):
      [(.features, network.features), (.projection, network.projection)]
        + network.blocks.indices.map { (.stage($0 + 1), 4 * (network.width << $0)) }
    case .transformer(let network):
      [(.features, network.width)] + (network.projection > 0 ? [(.projection, network.projection)] : [])
        + (network.classes > 0 ? [(.logits, network.classes)] : []) + [(.patches, network.width)]
        + (network.classToken && network.finalNormalization != .features
          ? [(.classAndPatches, 2 * network.width)] : [])
        + (0..<network.depth).map { (.stage($0 + 1), network.width) }
    }
  }
}

private func joined(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "-") }

private func classified(_ classes: Int) -> [String] { classes > 0 ? ["\(classes) classes"] : [] }

extension ResidualConfiguration {
  fileprivate var words: String {
    let stems: [Stem: String] = [
      .imagenet: "7x7 convolution and pooling first", .smallKernel: "3x3 convolution and pooling first",
      .cifar: "3x3 convolution first",
    ]
    let parts =
      [
        "residual network of \(joined(blocks)) \(block.rawValue) blocks", "\(joined(widths)) channels",
        stems[stem] ?? "",
      ] + (shortcut == .padded ? ["padded shortcuts"] : []) + classified(classes)
    return parts.joined(separator: ", ")
  }
}

extension ModifiedResNetConfiguration {
  fileprivate var words: String {
    "CLIP's residual network of \(joined(blocks)) blocks, \(width) channels first, attention pooling of "
      + "\(heads) heads, projection to \(projection)"
  }
}

extension VisionTransformerConfiguration {
  fileprivate var words: String {
    var parts = [
      "vision transformer of \(depth) block\(depth == 1 ? "" : "s")", "\(width) columns", "\(heads) heads",
      "\(hidden) within", "patches of \(patch)x\(patch)",
    ]
    if !classToken { parts.append("no class token") }
    if distillationToken { parts.append("distillation token") }
    if registers > 0 { parts.append("\(registers) registers") }
    if preNormalization { parts.append("normalized first") }
    if layerScale { parts.append("layer scale") }
    if activation != .gelu { parts.append(activation == .swiGLU ? "SwiGLU" : "QuickGELU") }
    if projection > 0 { parts.append("projection to \(projection)") }
    return (parts + classified(classes)).joined(separator: ", ")
  }
}
