internal import MVCore

/// A residual block of 1x1, 3x3 and 1x1 convolutions that averages squares of pixels where others take a stride.
final class AntialiasedBlock: Layer {
  private let convolutions: [Convolution]
  private let normalizations: [BatchNormalization]
  private let shortcut: (convolution: Convolution, normalization: BatchNormalization)?
  private let stride: Int

  init(
    inputs: Int, width: Int, stride: Int, channelsLast: Bool, initializer: inout WeightInitializer
  ) throws(MVError) {
    let outputs = 4 * width
    var convolutions: [Convolution] = []
    var normalizations: [BatchNormalization] = []
    for (index, layer) in [(inputs, width, 1), (width, width, 3), (width, outputs, 1)].enumerated() {
      convolutions.append(
        try Convolution(layer.0, layer.1, kernel: layer.2, channelsLast: channelsLast, initializer: &initializer))
      normalizations.append(try BatchNormalization(layer.1, relu: index < 2, startsAtZero: index == 2))
    }
    self.convolutions = convolutions
    self.normalizations = normalizations
    self.stride = stride
    shortcut =
      stride != 1 || inputs != outputs
      ? (
        try Convolution(inputs, outputs, kernel: 1, channelsLast: channelsLast, initializer: &initializer),
        try BatchNormalization(outputs, relu: false)
      ) : nil
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    var value = input
    for index in convolutions.indices {
      if index == 2 { value = try pooled(value) }
      value = try normalizations[index].forward(convolutions[index].forward(value, pass), pass)
    }
    guard let shortcut else { return try value.addingThenRelu(input) }
    let projected = try shortcut.convolution.forward(pooled(input), pass)
    return try value.addingThenRelu(shortcut.normalization.forward(projected, pass))
  }

  private func pooled(_ map: Tensor) throws(MVError) -> Tensor {
    stride == 1 ? map : try map.averagePooled(kernel: stride)
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
