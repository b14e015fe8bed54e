internal import MVCore

/// Batch normalization over axis 1, optionally with a rectifier after it.
///
/// As torch.nn.BatchNorm1d and 2d, with momentum 0.1 and epsilon 1e-5.
final class BatchNormalization: Layer {
  private let weight: Tensor
  private let bias: Tensor
  private let runningMean: Tensor
  private let runningVariance: Tensor
  private let relu: Bool

  /// Creates the layer for `channels` channels; `startsAtZero` makes a residual branch begin as the identity (Goyal and
  /// others 2017).
  init(_ channels: Int, relu: Bool, startsAtZero: Bool = false) throws(MVError) {
    weight = try Tensor(repeating: startsAtZero ? 0 : 1, shape: [channels])
    bias = try Tensor(repeating: 0, shape: [channels])
    runningMean = try Tensor(repeating: 0, shape: [channels])
    runningVariance = try Tensor(repeating: 1, shape: [channels])
    self.relu = relu
    try weight.setRequiresGradient(true)
    try bias.setRequiresGradient(true)
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try input.batchNormalized(
      weight: weight, bias: bias, runningMean: runningMean, runningVariance: runningVariance, views: pass.views,
      over: pass.group, momentum: 0.1, epsilon: 1e-5, relu: relu)
  }

  var state: [NamedTensor] {
    [
      NamedTensor(name: "weight", tensor: weight, isParameter: true),
      NamedTensor(name: "bias", tensor: bias, isParameter: true),
      NamedTensor(name: "running_mean", tensor: runningMean, isParameter: false),
      NamedTensor(name: "running_var", tensor: runningVariance, isParameter: false),
    ]
  }
}
