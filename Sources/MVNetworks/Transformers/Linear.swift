internal import MVCore

/// A linear layer, over the last axis (torch.nn.Linear).
final class Linear: Layer {
  private let weight: Tensor
  private let bias: Tensor?

  /// Starts as torch.nn.Linear does.
  init(inputs: Int, outputs: Int, hasBias: Bool = true, initializer: inout WeightInitializer) throws(MVError) {
    weight = try initializer.linear(outputs: outputs, inputs: inputs)
    bias = hasBias ? try initializer.uniform([outputs], fanIn: inputs) : nil
    try setTrained()
  }

  /// Starts as transformers do: weights of a small `deviation`, biases of zero.
  init(
    inputs: Int, outputs: Int, hasBias: Bool = true, deviation: Double, initializer: inout WeightInitializer
  ) throws(MVError) {
    weight = try initializer.normal([outputs, inputs], deviation: deviation)
    bias = hasBias ? try Tensor(repeating: 0, shape: [outputs]) : nil
    try setTrained()
  }

  private func setTrained() throws(MVError) {
    try weight.setRequiresGradient(true)
    try bias?.setRequiresGradient(true)
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try input.linear(weight: weight, bias: bias)
  }

  var state: [NamedTensor] {
    [NamedTensor(name: "weight", tensor: weight, isParameter: true)]
      + (bias.map { [NamedTensor(name: "bias", tensor: $0, isParameter: true)] } ?? [])
  }
}
