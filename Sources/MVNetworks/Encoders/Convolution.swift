internal import MVCore

/// A square convolution without bias (torch.nn.Conv2d).
final class Convolution: Layer {
  private let weight: Tensor
  private let stride: Int
  private let padding: Int

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, channelsLast: Bool,
    initializer: inout WeightInitializer
  ) throws(MVError) {
    let drawn = try initializer.convolution(outputs: outputs, inputs: inputs, kernel: kernel)
    weight = channelsLast ? try drawn.channelsLast() : drawn
    try weight.setRequiresGradient(true)
    self.stride = stride
    self.padding = padding ?? kernel / 2
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try input.convolved(with: weight, stride: stride, padding: padding)
  }

  /// The output in blocks of 16 channels, which make the next layers faster; needs ``Torch/hasChannelBlocks``.
  func forwardIntoBlocks(_ input: Tensor) throws(MVError) -> Tensor {
    try input.convolved(with: weight, stride: stride, padding: padding, intoBlocks: true)
  }

  var state: [NamedTensor] { [NamedTensor(name: "weight", tensor: weight, isParameter: true)] }
}
