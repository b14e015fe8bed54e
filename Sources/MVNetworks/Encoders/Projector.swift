internal import MVCore

/// The layers between features and loss, as released.
///
/// Each hidden layer is linear, batch normalization and rectifier; the last is linear; there are no biases. Without
/// widths it is the identity.
final class Projector: Layer {
  private let weights: [Tensor]
  private let normalizations: [BatchNormalization]

  init(inputs: Int, widths: [Int], initializer: inout WeightInitializer) throws(MVError) {
    var inputs = inputs
    var weights: [Tensor] = []
    var normalizations: [BatchNormalization] = []
    for (index, width) in widths.enumerated() {
      let weight = try initializer.linear(outputs: width, inputs: inputs)
      try weight.setRequiresGradient(true)
      weights.append(weight)
      if index < widths.count - 1 { normalizations.append(try BatchNormalization(width, relu: true)) }
      inputs = width
    }
    self.weights = weights
    self.normalizations = normalizations
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    var value = input
    for (index, weight) in weights.enumerated() {
      value = try value.linear(weight: weight)
      if index < normalizations.count { value = try normalizations[index].forward(value, pass) }
    }
    return value
  }

  var state: [NamedTensor] {
    var state: [NamedTensor] = []
    for (index, weight) in weights.enumerated() {
      // A hidden layer has three modules in PyTorch's Sequential: linear, normalization, rectifier.
      state.append(NamedTensor(name: "\(3 * index).weight", tensor: weight, isParameter: true))
      if index < normalizations.count { state += normalizations[index].state.prefixed("\(3 * index + 1)") }
    }
    return state
  }
}
