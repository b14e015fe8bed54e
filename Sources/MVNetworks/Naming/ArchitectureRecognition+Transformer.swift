internal import MVCore

extension ArchitectureRecognition {
  func transformer() throws(MVError) -> VisionTransformerConfiguration {
    let embedding = try shape("patch_embed.proj.weight", rank: 4)
    guard embedding[1] == 3 else {
      throw wrong("takes images of \(embedding[1]) channels", remedy: "images have 3 here")
    }
    guard embedding[2] == embedding[3] else { throw wrong("has patches of \(embedding[2])x\(embedding[3]) pixels") }
    let (width, patch) = (embedding[0], embedding[2])
    let depth = count("blocks.", ".norm1.weight")
    guard depth > 0 else { throw wrong("lacks blocks.0.norm1.weight") }
    let second = try shape("blocks.0.mlp.fc2.weight", rank: 2)
    let first = try shape("blocks.0.mlp.fc1.weight", rank: 2)
    var made = VisionTransformerConfiguration(
      patch: patch, width: width, depth: depth, heads: try heads(width), hidden: second[1], imageSize: patch)
    made.classToken = shapes["cls_token"] != nil
    made.distillationToken = shapes["dist_token"] != nil
    made.registers = shapes["reg_token"]?.dropFirst().first ?? 0
    made.patchBias = shapes["patch_embed.proj.bias"] != nil
    made.attentionBias = shapes["blocks.0.attn.qkv.bias"] != nil
    made.preNormalization = shapes["norm_pre.weight"] != nil
    made.layerScale = shapes["blocks.0.ls1.gamma"] != nil
    made.finalNormalization =
      shapes["norm.weight"] != nil ? .tokens : shapes["fc_norm.weight"] != nil ? .features : .none
    made.projection = shapes["proj"]?.last ?? 0
    made.classes = shapes["head.weight"]?.first ?? 0
    try place(&made)
    made.activation = first[0] == 2 * second[1] ? .swiGLU : facts.activation ?? naming.activation
    made.epsilon = facts.epsilon ?? naming.epsilon(of: made)
    made.positions = facts.positions ?? naming.positions(of: made)
    return made
  }

  /// The field's rule: a head for 64 columns, and sixteen in the widths of the largest networks that break it.
  private func heads(_ width: Int) throws(MVError) -> Int {
    let heads = facts.heads ?? ([1280, 1408, 1664].contains(width) ? 16 : width % 64 == 0 ? width / 64 : 0)
    guard heads > 0 else {
      throw wrong("is \(width) columns wide, which does not tell its number of attention heads", remedy: "give heads=N")
    }
    guard width % heads == 0 else {
      throw wrong("is \(width) columns wide, which \(heads) heads do not divide", remedy: "give another heads=N")
    }
    return heads
  }

  /// The native size, and which tokens have a position, by the number of rows of the embedding of positions.
  private func place(_ made: inout VisionTransformerConfiguration) throws(MVError) {
    let rows = try shape("pos_embed", rank: 3)[1]
    for withTokens in [true, false] {
      let patches = rows - (withTokens ? made.classTokens : 0)
      let grid = Int(Double(max(0, patches)).squareRoot().rounded())
      guard grid > 0, grid * grid == patches else { continue }
      made.positionsOfClassToken = withTokens
      made.imageSize = grid * made.patch
      return
    }
    throw wrong("has an embedding of \(rows) positions, which are no square of patches")
  }
}

extension NetworkNaming {
  /// What stands in the perceptrons of a network of this naming, where nothing says more.
  fileprivate var activation: VisionTransformerConfiguration.Activation {
    self == .huggingFaceCLIP ? .quickGELU : .gelu
  }

  /// What normalizations add to the variance, in the code that has this naming.
  fileprivate func epsilon(of made: VisionTransformerConfiguration) -> Double {
    switch self {
    case .clip, .huggingFaceCLIP: 1e-5
    // timm has CLIP's transformers too, which alone are normalized before the first block.
    case .timm: made.preNormalization ? 1e-5 : 1e-6
    case .huggingFace: made.layerScale ? 1e-6 : 1e-12
    default: 1e-6
    }
  }

  /// How the code that has this naming brings positions to another size.
  fileprivate func positions(of made: VisionTransformerConfiguration) -> VisionTransformerConfiguration.Positions {
    switch self {
    case .torchvision: .bicubicAligned
    case .huggingFace, .huggingFaceCLIP: .bicubic
    default: .bicubicAntialiased
    }
  }
}
