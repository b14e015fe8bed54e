public import MVCore

/// What a network is run for.
public enum NetworkPass: Hashable, Sendable {
  /// Evaluation: batch normalization by the running statistics.
  case evaluation
  /// Training: batch normalization by the statistics of each of `views`, equally many rows of the batch one after the
  /// other, which the running statistics then gather in that order.
  case training(views: Int = 1)

  /// 0 in evaluation.
  var views: Int {
    guard case .training(let views) = self else { return 0 }
    precondition(views > 0, "a batch to train on holds a view or more")
    return views
  }
}

/// Part of a network: a map of tensors, and the named tensors that it holds.
public protocol Layer: AnyObject {
  /// The output for `input`.
  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor

  /// The tensors of this part, in PyTorch's order and with PyTorch's names.
  var state: [NamedTensor] { get }
}

/// A tensor of a network's state.
public struct NamedTensor {
  /// PyTorch's name, for example `layer1.0.conv1.weight`.
  public let name: String
  /// The values.
  public let tensor: Tensor
  /// Whether it is trained; running statistics are not.
  public let isParameter: Bool
}

extension [NamedTensor] {
  /// The same with `prefix` and a dot before each name.
  func prefixed(_ prefix: String) -> [NamedTensor] {
    map { NamedTensor(name: "\(prefix).\($0.name)", tensor: $0.tensor, isParameter: $0.isParameter) }
  }
}
