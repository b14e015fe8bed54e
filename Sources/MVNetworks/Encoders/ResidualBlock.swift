internal import MVCore

/// A residual block of two 3x3 convolutions, or of 1x1, 3x3 and 1x1 with four times as many outputs.
///
/// From He and others 2016; the stride is on the 3x3 convolution, as in torchvision.
final class ResidualBlock: Layer {
  /// How the input comes to the sum.
  private enum Shortcut {
    case identity
    case projected(Convolution, BatchNormalization)
    case padded(stride: Int, channels: Int)
  }

  private let convolutions: [Convolution]
  private let normalizations: [BatchNormalization]
  private let shortcut: Shortcut

  init(
    inputs: Int, width: Int, stride: Int, block: ResidualConfiguration.Block, shortcut: ResidualConfiguration.Shortcut,
    zeroInitResidual: Bool, channelsLast: Bool, initializer: inout WeightInitializer
  ) throws(MVError) {
    let outputs = width * block.expansion
    let plan =
      block == .basic
      ? [(inputs, width, 3, stride), (width, width, 3, 1)]
      : [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
    var convolutions: [Convolution] = []
    var normalizations: [BatchNormalization] = []
    for (index, layer) in plan.enumerated() {
      let last = index == plan.count - 1
      convolutions.append(
        try Convolution(
          layer.0, layer.1, kernel: layer.2, stride: layer.3, channelsLast: channelsLast, initializer: &initializer))
      normalizations.append(
        try BatchNormalization(layer.1, relu: !last, startsAtZero: last && zeroInitResidual))
    }
    self.convolutions = convolutions
    self.normalizations = normalizations
    if stride == 1 && inputs == outputs {
      self.shortcut = .identity
    } else if shortcut == .padded {
      self.shortcut = .padded(stride: stride, channels: (outputs - inputs) / 2)
    } else {
      self.shortcut = .projected(
        try Convolution(
          inputs, outputs, kernel: 1, stride: stride, channelsLast: channelsLast, initializer: &initializer),
        try BatchNormalization(outputs, relu: false))
    }
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    var value = input
    for (convolution, normalization) in zip(convolutions, normalizations) {
      value = try normalization.forward(convolution.forward(value, pass), pass)
    }
    switch shortcut {
    case .identity: return try value.addingThenRelu(input)
    case .projected(let convolution, let normalization):
      return try value.addingThenRelu(normalization.forward(convolution.forward(input, pass), pass))
    case .padded(let stride, let channels):
      return try value.addingThenRelu(input.padded(stride: stride, channels: channels))
    }
  }

  var state: [NamedTensor] {
    var state: [NamedTensor] = []
    for index in convolutions.indices {
      state += convolutions[index].state.prefixed("conv\(index + 1)")
      state += normalizations[index].state.prefixed("bn\(index + 1)")
    }
    if case .projected(let convolution, let normalization) = shortcut {
      state += convolution.state.prefixed("downsample.0") + normalization.state.prefixed("downsample.1")
    }
    return state
  }
}
