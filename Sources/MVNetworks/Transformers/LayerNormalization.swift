internal import MVCore

/// Layer normalization over the last axis (torch.nn.LayerNorm).
final class LayerNormalization: Layer {
  private let weight: Tensor
  private let bias: Tensor
  private let epsilon: Double

  init(_ width: Int, epsilon: Double) throws(MVError) {
    weight = try Tensor(repeating: 1, shape: [width])
    bias = try Tensor(repeating: 0, shape: [width])
    self.epsilon = epsilon
    try weight.setRequiresGradient(true)
    try bias.setRequiresGradient(true)
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try input.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }

  var state: [NamedTensor] {
    [
      NamedTensor(name: "weight", tensor: weight, isParameter: true),
      NamedTensor(name: "bias", tensor: bias, isParameter: true),
    ]
  }
}
