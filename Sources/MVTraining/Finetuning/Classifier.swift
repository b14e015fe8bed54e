internal import CTorch
internal import Foundation
internal import MVCore
internal import MVEvaluation
internal import MVNetworks
internal import MVWeights

/// A linear layer from a network's features to a score a class, called `weight` and `bias` as torch.nn.Linear.
final class Classifier: Layer {
  /// Where its weights begin.
  enum Start: String, CaseIterable, Sendable {
    /// Weights and biases uniform within 1 / sqrt(features), PyTorch's default.
    case uniform
    /// Normal weights of standard deviation 0.01; biases 0.
    case normal
    /// All 0.
    case zeros
  }

  let features: Int
  let classes: Int
  private let weight: Tensor
  private let bias: Tensor

  init(features: Int, classes: Int, start: Start = .uniform, seed: UInt64) throws(MVError) {
    self.features = features
    self.classes = classes
    var generator = SeededGenerator(seed: seed, keys: RandomStream.classifier.rawValue)
    let bound = 1 / Double(features).squareRoot()
    var values: [Float] = []
    for index in 0..<(features + 1) * classes {
      switch start {
      case .uniform: values.append(Float(generator.uniform(in: -bound...bound)))
      case .normal: values.append(index < features * classes ? Float(0.01 * generator.normal()) : 0)
      case .zeros: values.append(0)
      }
    }
    weight = try Tensor(Array(values.prefix(features * classes)), shape: [classes, features])
    bias = try Tensor(Array(values.suffix(classes)), shape: [classes])
    try weight.setRequiresGradient(true)
    try bias.setRequiresGradient(true)
  }

  /// Begins with the classifier that a checkpoint holds; throws where it has none, or one of other classes.
  func begin(with start: Checkpoint) throws(MVError) {
    let saved: SavedHead
    do throws(MVError) { saved = try SavedHead(of: start) } catch {
      throw .usage(
        "\(error.subject)", "holds no classifier to begin with",
        remedy: "train with --set online_head=true, or leave --from-head and head_start=saved out")
    }
    let (own, held) = ((classes, features), (saved.probe.bias.count, saved.probe.columns))
    guard own == held else {
      throw .usage(
        start.url.path,
        "holds a classifier of \(held.0) classes and \(held.1) columns, these are \(own.0) and \(own.1)",
        remedy: "leave --from-head and head_start=saved out")
    }
    try weight.assign(saved.probe.weights)
    try bias.assign(saved.probe.bias.map(Float.init))
  }

  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try input.linear(weight: weight, bias: bias)
  }

  var state: [NamedTensor] {
    [
      NamedTensor(name: "weight", tensor: weight, isParameter: true),
      NamedTensor(name: "bias", tensor: bias, isParameter: true),
    ]
  }
}

extension [NamedTensor] {
  /// Replaces the values of all tensors by those of `values`, by name; throws where one is missing or misshapen.
  func load(_ values: [String: TensorFile.Entry], from subject: String) throws(MVError) {
    for item in self {
      guard let entry = values[item.name], entry.shape == item.tensor.shape else {
        throw .badData(
          subject, "holds no \(item.name) of shape \(item.tensor.shape)", remedy: "give the checkpoint of this run")
      }
      try item.tensor.assign(entry.values)
    }
  }
}

extension Tensor {
  /// The mean cross-entropy of rows of scores against one class a row; rows of class -1 do not count.
  func crossEntropy(_ classes: [Int64]) throws(MVError) -> Tensor {
    precondition(shape.first == classes.count, "one class a row")
    return try Tensor(during: "cross-entropy") { mvt_cross_entropy(handle, classes, $0) }
  }
}
