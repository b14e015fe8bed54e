internal import MVCore

/// A residual block of two 3x3 convolutions, or of 1x1, 3x3 and 1x1 with four times as many outputs.
///
/// From He and others 2016; the stride is on the 3x3 convolution, as in torchvision.
final class ResidualBlock: Layer {
  private let convolutions: [Convolution]
  private let normalizations: [BatchNormalization]
  private let shortcut: (convolution: Convolution, normalization: BatchNormalization)?

  init(
    inputs: Int, width: Int, stride: Int, block: EncoderArchitecture.Block, zeroInitResidual: Bool, channelsLast: Bool,
    initializer: inout WeightInitializer
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
    shortcut =
      stride != 1 || inputs != outputs
      ? (
        try Convolution(
          inputs, outputs, kernel: 1, stride: stride, channelsLast: channelsLast, initializer: &initializer),
        try BatchNormalization(outputs, relu: false)
      ) : nil
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    var value = input
    for (convolution, normalization) in zip(convolutions, normalizations) {
      value = try normalization.forward(convolution.forward(value, pass), pass)
    }
    guard let shortcut else { return try value.addingThenRelu(input) }
    let projected = try shortcut.convolution.forward(input, pass)
    return try value.addingThenRelu(shortcut.normalization.forward(projected, pass))
  }

  var state: [NamedTensor] {
    var state: [NamedTensor] = []
    for index in convolutions.indices {
      state += convolutions[index].state.prefixed("conv\(index + 1)")
      state += normalizations[index].state.prefixed("bn\(index + 1)")
    }
    if let shortcut {
      state += shortcut.convolution.state.prefixed("downsample.0")
      state += shortcut.normalization.state.prefixed("downsample.1")
    }
    return state
  }
}
