internal import MVCore

/// CLIP's pooling of a map: its mean attends to the pixels; N x C x H x W to N x C, before the projection.
final class AttentionPooling {
  /// The embedding of positions, rows x C.
  private let table: Tensor
  private let side: Int
  private let heads: Int
  private let keys: Linear
  private let queries: Linear
  private let values: Linear
  private let projection: Linear

  init(_ configuration: ModifiedResNetConfiguration, initializer: inout WeightInitializer) throws(MVError) {
    let channels = configuration.features
    let deviation = 1 / Double(channels).squareRoot()
    heads = configuration.heads
    side = configuration.grid
    table = try initializer.normal([1 + side * side, channels], deviation: deviation)
    try table.setRequiresGradient(true)
    keys = try Linear(inputs: channels, outputs: channels, deviation: deviation, initializer: &initializer)
    queries = try Linear(inputs: channels, outputs: channels, deviation: deviation, initializer: &initializer)
    values = try Linear(inputs: channels, outputs: channels, deviation: deviation, initializer: &initializer)
    projection = try Linear(
      inputs: channels, outputs: configuration.projection, deviation: deviation, initializer: &initializer)
  }

  /// What the mean gathers of all pixels, N x C.
  func attended(_ map: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    let shape = map.shape
    let (count, channels) = (shape[0], shape[1])
    let positions = PositionTable(values: try table.reshaped([1, -1, channels]), prefix: 1, side: side)
    let pixels = try map.reshaped([count, channels, shape[2] * shape[3]]).permuted([0, 2, 1])
    let mean = try pixels.mean(axis: 1).reshaped([count, 1, channels]).adding(positions.prefixRows())
    // The published networks say nothing of other sizes; this is what timm does with them.
    let placed = try pixels.adding(positions.grid(height: shape[2], width: shape[3], .bicubicAntialiased))
    let tokens = try [mean, placed].concatenated(axis: 1)
    return try queries.forward(mean, pass)
      .attending(keys: keys.forward(tokens, pass), values: values.forward(tokens, pass), heads: heads)
      .reshaped([count, channels])
  }

  /// The projection of what ``attended(_:_:)`` gives.
  func projected(_ features: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try projection.forward(features, pass)
  }

  var state: [NamedTensor] {
    [NamedTensor(name: "positional_embedding", tensor: table, isParameter: true)]
      + keys.state.prefixed("k_proj") + queries.state.prefixed("q_proj") + values.state.prefixed("v_proj")
      + projection.state.prefixed("c_proj")
  }
}
