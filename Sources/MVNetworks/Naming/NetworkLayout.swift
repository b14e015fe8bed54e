extension NetworkArchitecture {
  /// Every tensor of such a network: its canonical name and its shape.
  ///
  /// It is the list that a file is compared with before a network is made, which takes the memory of all weights.
  public var layout: [(name: String, shape: [Int])] {
    switch self {
    case .residual(let architecture): architecture.layout
    case .transformer(let configuration): configuration.layout
    case .modifiedResidual(let configuration): configuration.layout
    }
  }

  /// The shape of every tensor, by its name.
  var shapes: [String: [Int]] { Dictionary(uniqueKeysWithValues: layout.map { ($0.name, $0.shape) }) }

  /// The number of trained values, without running statistics.
  public var parameterCount: Int {
    layout.filter { !$0.name.contains(".running_") }.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }
}

private typealias Entry = (name: String, shape: [Int])

/// A convolution without bias and the batch normalization after it.
private func convolution(
  _ name: String, _ normalization: String, _ inputs: Int, _ outputs: Int, _ kernel: Int
) -> [Entry] {
  [("\(name).weight", [outputs, inputs, kernel, kernel])]
    + ["weight", "bias", "running_mean", "running_var"].map { ("\(normalization).\($0)", [outputs]) }
}

private func linear(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true) -> [Entry] {
  [("\(name).weight", [outputs, inputs])] + (bias ? [("\(name).bias", [outputs])] : [])
}

private func normalization(_ name: String, _ width: Int) -> [Entry] {
  ["weight", "bias"].map { ("\(name).\($0)", [width]) }
}

/// The convolutions of a residual block, and its shortcut's where there is one.
private func residualBlock(
  _ name: String, _ inputs: Int, _ width: Int, _ kind: ResidualConfiguration.Block, hasShortcut: Bool
) -> [Entry] {
  let outputs = width * kind.expansion
  let kernels = kind == .basic ? [3, 3] : [1, 3, 1]
  var entries: [Entry] = []
  var channels = inputs
  for (index, kernel) in kernels.enumerated() {
    let next = index == kernels.count - 1 ? outputs : width
    entries += convolution("\(name).conv\(index + 1)", "\(name).bn\(index + 1)", channels, next, kernel)
    channels = next
  }
  return entries
    + (hasShortcut ? convolution("\(name).downsample.0", "\(name).downsample.1", inputs, outputs, 1) : [])
}

extension ResidualConfiguration {
  fileprivate var layout: [Entry] {
    var entries = convolution("conv1", "bn1", 3, stemWidth, stem == .imagenet ? 7 : 3)
    var inputs = stemWidth
    for (stage, (width, count)) in zip(widths, blocks).enumerated() {
      for index in 0..<count {
        let changes = index == 0 && (stage > 0 || inputs != width * self.block.expansion)
        entries += residualBlock(
          "layer\(stage + 1).\(index)", inputs, width, self.block, hasShortcut: changes && shortcut == .projected)
        inputs = width * self.block.expansion
      }
    }
    return entries + (classes > 0 ? linear("fc", featureCount, classes) : [])
  }
}

extension ModifiedResNetConfiguration {
  fileprivate var layout: [Entry] {
    var entries =
      convolution("conv1", "bn1", 3, width / 2, 3) + convolution("conv2", "bn2", width / 2, width / 2, 3)
      + convolution("conv3", "bn3", width / 2, width, 3)
    var inputs = width
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        entries += residualBlock(
          "layer\(stage + 1).\(index)", inputs, width << stage, .bottleneck, hasShortcut: index == 0)
        inputs = 4 * (width << stage)
      }
    }
    entries.append(("attnpool.positional_embedding", [1 + grid * grid, features]))
    for name in ["k_proj", "q_proj", "v_proj"] { entries += linear("attnpool.\(name)", features, features) }
    return entries + linear("attnpool.c_proj", features, projection)
  }
}

extension VisionTransformerConfiguration {
  fileprivate var layout: [Entry] {
    var entries: [Entry] = classToken ? [("cls_token", [1, 1, width])] : []
    if registers > 0 { entries.append(("reg_token", [1, registers, width])) }
    entries.append(("pos_embed", [1, positionCount, width]))
    if distillationToken { entries.append(("dist_token", [1, 1, width])) }
    entries.append(("patch_embed.proj.weight", [width, 3, patch, patch]))
    if patchBias { entries.append(("patch_embed.proj.bias", [width])) }
    if preNormalization { entries += normalization("norm_pre", width) }
    for index in 0..<depth {
      let name = "blocks.\(index)"
      entries += normalization("\(name).norm1", width)
      entries += linear("\(name).attn.qkv", width, 3 * width, bias: attentionBias)
      entries += linear("\(name).attn.proj", width, width)
      if layerScale { entries.append(("\(name).ls1.gamma", [width])) }
      entries += normalization("\(name).norm2", width)
      entries += linear("\(name).mlp.fc1", width, activation == .swiGLU ? 2 * hidden : hidden)
      entries += linear("\(name).mlp.fc2", hidden, width)
      if layerScale { entries.append(("\(name).ls2.gamma", [width])) }
    }
    switch finalNormalization {
    case .tokens: entries += normalization("norm", width)
    case .features: entries += normalization("fc_norm", width)
    case .none: break
    }
    if projection > 0 { entries.append(("proj", [width, projection])) }
    if classes > 0 {
      entries += linear("head", width, classes) + (distillationToken ? linear("head_dist", width, classes) : [])
    }
    return entries
  }
}
