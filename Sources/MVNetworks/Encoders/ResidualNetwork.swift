package import MVCore

/// A residual network with torchvision's parameter names: N x C x H x W to N x features, or to a score a class.
package final class ResidualNetwork: Backbone {
  private let stem: Convolution
  private let stemNormalization: BatchNormalization
  private let poolsAfterStem: Bool
  private let stages: [[ResidualBlock]]
  private let suitsBlocks: Bool
  private let widths: [Int]
  private let classes: Int
  private let classifier: Linear?

  init(
    _ architecture: ResidualConfiguration, channels: Int = 3, channelsLast: Bool, initializer: inout WeightInitializer
  ) throws(MVError) {
    try architecture.check()
    let wide = architecture.stem == .imagenet
    stem = try Convolution(
      channels, architecture.stemWidth, kernel: wide ? 7 : 3, stride: wide ? 2 : 1, channelsLast: channelsLast,
      initializer: &initializer)
    stemNormalization = try BatchNormalization(architecture.stemWidth, relu: true)
    poolsAfterStem = architecture.stem != .cifar
    suitsBlocks = channelsLast && ([architecture.stemWidth] + architecture.widths).allSatisfy { $0 % 16 == 0 }
    widths = architecture.widths.map { $0 * architecture.block.expansion }
    var inputs = architecture.stemWidth
    var stages: [[ResidualBlock]] = []
    for (stage, (width, count)) in zip(architecture.widths, architecture.blocks).enumerated() {
      var blocks: [ResidualBlock] = []
      for index in 0..<count {
        blocks.append(
          try ResidualBlock(
            inputs: inputs, width: width, stride: stage > 0 && index == 0 ? 2 : 1, block: architecture.block,
            shortcut: architecture.shortcut, zeroInitResidual: architecture.zeroInitResidual,
            channelsLast: channelsLast, initializer: &initializer))
        inputs = width * architecture.block.expansion
      }
      stages.append(blocks)
    }
    self.stages = stages
    classes = architecture.classes
    classifier =
      classes > 0
      ? try Linear(inputs: architecture.featureCount, outputs: classes, initializer: &initializer) : nil
  }

  package var outputs: [NetworkOutput] {
    [.features] + (classes > 0 ? [.logits] : []) + (1...stages.count).map(NetworkOutput.stage)
  }

  package func columns(of output: NetworkOutput) -> Int? {
    switch output {
    case .features: widths.last
    case .logits where classes > 0: classes
    case .stage(let number) where widths.indices.contains(number - 1): widths[number - 1]
    default: nil
    }
  }

  package func check(_ size: ImageSize) throws(MVError) {}

  package var fillsBlocks: Bool { suitsBlocks && Torch.hasChannelBlocks }

  package func output(
    _ output: NetworkOutput, of images: Tensor, _ pass: NetworkPass
  ) throws(MVError) -> Tensor {
    _ = try checkedColumns(of: output)
    var last = stages.count
    if case .stage(let number) = output { last = min(number, last) }
    // In float32 training is fastest in another layout, blocks of channels; evaluation uses libtorch's own layers.
    let first =
      pass != .evaluation && fillsBlocks
      ? try stem.forwardIntoBlocks(images) : try stem.forward(images, pass)
    var value = try stemNormalization.forward(first, pass)
    if poolsAfterStem { value = try value.maxPooled(kernel: 3, stride: 2, padding: 1) }
    for blocks in stages[..<last] {
      for block in blocks { value = try block.forward(value, pass) }
    }
    let features = try value.globalAveragePooled()
    guard output == .logits, let classifier else { return features }
    return try classifier.forward(features, pass)
  }

  package var state: [NamedTensor] {
    var state = stem.state.prefixed("conv1") + stemNormalization.state.prefixed("bn1")
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() { state += block.state.prefixed("layer\(stage + 1).\(index)") }
    }
    return state + (classifier?.state.prefixed("fc") ?? [])
  }
}

extension ResidualConfiguration {
  /// Throws a usage error where no such network can be made.
  fileprivate func check() throws(MVError) {
    guard shortcut == .padded else { return }
    guard block == .basic else {
      throw .usage(
        "shortcut=padded", "is not possible with blocks of three convolutions", remedy: "use shortcut=projected")
    }
    for (inputs, outputs) in zip([stemWidth] + widths, widths) where outputs < inputs || (outputs - inputs) % 2 != 0 {
      throw .usage(
        "shortcut=padded", "cannot bring \(inputs) channels to \(outputs)",
        remedy: "let widths grow by even numbers, or use shortcut=projected")
    }
  }
}
