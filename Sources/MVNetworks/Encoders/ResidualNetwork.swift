package import MVCore

/// A residual network without its classifier, with torchvision's parameter names: N x C x H x W to N x features.
package final class ResidualNetwork: Backbone {
  private let stem: Convolution
  private let stemNormalization: BatchNormalization
  private let poolsAfterStem: Bool
  private let stages: [[ResidualBlock]]
  private let suitsBlocks: Bool
  private let widths: [Int]

  init(
    _ architecture: EncoderArchitecture, channels: Int = 3, channelsLast: Bool, initializer: inout WeightInitializer
  ) throws(MVError) {
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
            zeroInitResidual: architecture.zeroInitResidual, channelsLast: channelsLast, initializer: &initializer))
        inputs = width * architecture.block.expansion
      }
      stages.append(blocks)
    }
    self.stages = stages
  }

  package var outputs: [NetworkOutput] { [.features] + (1..<stages.count).map(NetworkOutput.stage) }

  package func columns(of output: NetworkOutput) -> Int? {
    switch output {
    case .features: widths.last
    case .stage(let number) where widths.indices.contains(number - 1): widths[number - 1]
    default: nil
    }
  }

  package func check(_ size: ImageSize) throws(MVError) {}

  package var fillsBlocks: Bool { suitsBlocks && Torch.hasChannelBlocks }

  package func output(
    _ output: NetworkOutput, of images: Tensor, _ pass: NetworkPass
  ) throws(MVError) -> Tensor {
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
    return try value.globalAveragePooled()
  }

  package var state: [NamedTensor] {
    var state = stem.state.prefixed("conv1") + stemNormalization.state.prefixed("bn1")
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() { state += block.state.prefixed("layer\(stage + 1).\(index)") }
    }
    return state
  }
}
