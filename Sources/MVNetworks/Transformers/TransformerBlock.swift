internal import MVCore

/// A block of a vision transformer: attention between tokens, then a perceptron of each, each added to what came in.
///
/// Normalization stands before each (Dosovitskiy and others 2021); there is no dropout.
final class TransformerBlock: Layer {
  private let width: Int
  private let heads: Int
  private let activation: VisionTransformerConfiguration.Activation
  private let normalizations: [LayerNormalization]
  private let attentionInput: Linear
  private let attentionOutput: Linear
  private let perceptronInput: Linear
  private let perceptronOutput: Linear
  /// The factors of each column of the two branches; empty without layer scale.
  private let scales: [Tensor]

  init(
    _ configuration: VisionTransformerConfiguration, initializer: inout WeightInitializer
  ) throws(MVError) {
    width = configuration.width
    heads = configuration.heads
    activation = configuration.activation
    let epsilon = configuration.epsilon
    normalizations = [
      try LayerNormalization(width, epsilon: epsilon), try LayerNormalization(width, epsilon: epsilon),
    ]
    let deviation = VisionTransformer.deviation
    attentionInput = try Linear(
      inputs: width, outputs: 3 * width, hasBias: configuration.attentionBias, deviation: deviation,
      initializer: &initializer)
    attentionOutput = try Linear(inputs: width, outputs: width, deviation: deviation, initializer: &initializer)
    let hidden = configuration.hidden
    perceptronInput = try Linear(
      inputs: width, outputs: activation == .swiGLU ? 2 * hidden : hidden, deviation: deviation,
      initializer: &initializer)
    perceptronOutput = try Linear(inputs: hidden, outputs: width, deviation: deviation, initializer: &initializer)
    // DINOv2 starts its branches at nearly nothing.
    scales =
      configuration.layerScale
      ? [try Tensor(repeating: 1e-5, shape: [width]), try Tensor(repeating: 1e-5, shape: [width])] : []
    for scale in scales { try scale.setRequiresGradient(true) }
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    let attended = try add(attention(normalizations[0].forward(input, pass), pass), to: input, branch: 0)
    return try add(perceptron(normalizations[1].forward(attended, pass), pass), to: attended, branch: 1)
  }

  private func attention(_ tokens: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    let packed = try attentionInput.forward(tokens, pass)
    func part(_ index: Int) throws(MVError) -> Tensor {
      try packed.narrowed(axis: -1, index * width..<(index + 1) * width)
    }
    return try attentionOutput.forward(part(0).attending(keys: part(1), values: part(2), heads: heads), pass)
  }

  private func perceptron(_ tokens: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    let value = try perceptronInput.forward(tokens, pass)
    let activated: Tensor
    switch activation {
    case .gelu: activated = try value.gelu()
    case .quickGELU: activated = try value.quickGELU()
    case .swiGLU:
      let hidden = (value.shape.last ?? 0) / 2
      activated = try value.narrowed(axis: -1, 0..<hidden).silu()
        .multiplied(by: value.narrowed(axis: -1, hidden..<2 * hidden))
    }
    return try perceptronOutput.forward(activated, pass)
  }

  private func add(_ value: Tensor, to input: Tensor, branch: Int) throws(MVError) -> Tensor {
    try input.adding(scales.isEmpty ? value : value.multiplied(by: scales[branch]))
  }

  var state: [NamedTensor] {
    func scale(_ index: Int) -> [NamedTensor] {
      scales.isEmpty ? [] : [NamedTensor(name: "ls\(index + 1).gamma", tensor: scales[index], isParameter: true)]
    }
    return normalizations[0].state.prefixed("norm1") + attentionInput.state.prefixed("attn.qkv")
      + attentionOutput.state.prefixed("attn.proj") + scale(0) + normalizations[1].state.prefixed("norm2")
      + perceptronInput.state.prefixed("mlp.fc1") + perceptronOutput.state.prefixed("mlp.fc2") + scale(1)
  }
}
