package import MVCore

/// CLIP's residual network with OpenAI's parameter names: N x 3 x H x W to N x features, or to its projection.
package final class ModifiedResNet: Backbone {
  private let configuration: ModifiedResNetConfiguration
  private let stem: [(convolution: Convolution, normalization: BatchNormalization)]
  private let stages: [[AntialiasedBlock]]
  private let pooling: AttentionPooling

  init(
    _ configuration: ModifiedResNetConfiguration, channelsLast: Bool, initializer: inout WeightInitializer
  ) throws(MVError) {
    try configuration.check()
    self.configuration = configuration
    let width = configuration.width
    var stem: [(convolution: Convolution, normalization: BatchNormalization)] = []
    for (inputs, outputs, stride) in [(3, width / 2, 2), (width / 2, width / 2, 1), (width / 2, width, 1)] {
      let convolution = try Convolution(
        inputs, outputs, kernel: 3, stride: stride, channelsLast: channelsLast, initializer: &initializer)
      stem.append((convolution, try BatchNormalization(outputs, relu: true)))
    }
    self.stem = stem
    var inputs = width
    var stages: [[AntialiasedBlock]] = []
    for (stage, count) in configuration.blocks.enumerated() {
      var blocks: [AntialiasedBlock] = []
      for index in 0..<count {
        blocks.append(
          try AntialiasedBlock(
            inputs: inputs, width: width << stage, stride: stage > 0 && index == 0 ? 2 : 1,
            channelsLast: channelsLast, initializer: &initializer))
        inputs = 4 * (width << stage)
      }
      stages.append(blocks)
    }
    self.stages = stages
    pooling = try AttentionPooling(configuration, initializer: &initializer)
  }

  package var outputs: [NetworkOutput] {
    [.features, .projection] + configuration.blocks.indices.map { .stage($0 + 1) }
  }

  package func columns(of output: NetworkOutput) -> Int? {
    switch output {
    case .features: configuration.features
    case .projection: configuration.projection
    case .stage(let number) where configuration.blocks.indices.contains(number - 1):
      4 * (configuration.width << (number - 1))
    default: nil
    }
  }

  package func check(_ size: ImageSize) throws(MVError) {
    guard size.height < 32 || size.width < 32 else { return }
    let fitting = ImageSize(height: max(32, size.height), width: max(32, size.width))
    throw .usage(
      "images of \(size)", "leave no pixel after this network's five halvings",
      remedy: "give 32 pixels or more on each side, for example \(fitting)")
  }

  package func output(
    _ output: NetworkOutput, of images: Tensor, _ pass: NetworkPass
  ) throws(MVError) -> Tensor {
    _ = try checkedColumns(of: output)
    let shape = images.shape
    try check(ImageSize(height: shape[2], width: shape[3]))
    var value = images
    for layer in stem { value = try layer.normalization.forward(layer.convolution.forward(value, pass), pass) }
    value = try value.averagePooled(kernel: 2)
    for (stage, blocks) in stages.enumerated() {
      for block in blocks { value = try block.forward(value, pass) }
      if output == .stage(stage + 1) { return try value.globalAveragePooled() }
    }
    let features = try pooling.attended(value, pass)
    return output == .projection ? try pooling.projected(features, pass) : features
  }

  package var state: [NamedTensor] {
    var state: [NamedTensor] = []
    for (index, layer) in stem.enumerated() {
      state += layer.convolution.state.prefixed("conv\(index + 1)")
      state += layer.normalization.state.prefixed("bn\(index + 1)")
    }
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() { state += block.state.prefixed("layer\(stage + 1).\(index)") }
    }
    return state + pooling.state.prefixed("attnpool")
  }
}

extension ModifiedResNetConfiguration {
  /// Throws a usage error where no such network can be made.
  fileprivate func check() throws(MVError) {
    guard width >= 2, width % 2 == 0 else {
      throw .usage("width=\(width)", "is not possible for a residual network of CLIP", remedy: "give an even number")
    }
    guard blocks.count == 4, blocks.allSatisfy({ $0 > 0 }) else {
      throw .usage("blocks=\(blocks)", "are not those of four stages", remedy: "give four numbers, 1 or more each")
    }
    guard imageSize >= 32, projection > 0 else {
      throw .usage(
        "image size \(imageSize), projection \(projection)", "are not possible for a residual network of CLIP",
        remedy: "give 32 pixels or more, and a column or more")
    }
    try checkHeads(heads, divide: features)
  }
}
