internal import CTorch
internal import MVCore

extension Tensor {
  /// Layer normalization over the last axis.
  func layerNormalized(weight: Tensor, bias: Tensor, epsilon: Double) throws(MVError) -> Tensor {
    try Tensor(during: "layer normalization") { mvt_layer_norm(handle, weight.handle, bias.handle, epsilon, $0) }
  }

  /// What each query, N x M x width, gathers of N x L x width values by its likeness to their keys, in `heads` parts.
  func attending(keys: Tensor, values: Tensor, heads: Int) throws(MVError) -> Tensor {
    try Tensor(during: "attention") { mvt_attention(handle, keys.handle, values.handle, Int64(heads), $0) }
  }

  /// x times the normal distribution function of x.
  func gelu() throws(MVError) -> Tensor { try applying(MVTGelu, "activation") }

  /// x times the logistic function of 1.702 x.
  func quickGELU() throws(MVError) -> Tensor { try applying(MVTQuickGelu, "activation") }

  /// x times the logistic function of x.
  func silu() throws(MVError) -> Tensor { try applying(MVTSilu, "activation") }
}
