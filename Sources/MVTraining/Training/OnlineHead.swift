internal import MVCore
internal import MVNetworks
internal import MVWeights

/// A classifier that learns beside an encoder, from features of the plain images, without moving the encoder.
///
/// Its tensors stand in checkpoints as `online_head.weight` and `online_head.bias`.
final class OnlineHead {
  let classifier: Classifier
  private let optimizer: Optimizer
  private let rate: Double
  /// The batches since the last step that had a class.
  private var gathered = 0

  /// The name of its tensors in a checkpoint.
  static let name = "online_head"

  /// Creates one with weights of its own; `rate` is the learning rate of its Adam.
  init(classes: Int, features: Int, rate: Double, seed: UInt64) throws(MVError) {
    classifier = try Classifier(features: features, classes: classes, seed: seed)
    optimizer = try Optimizer(.adam, parameters: classifier.state.prefixed(Self.name), weightDecay: 0)
    self.rate = rate
  }

  /// Its weights, and its optimizer's moments.
  var state: [NamedTensor] { classifier.state.prefixed(Self.name) + optimizer.state }

  /// The number of steps taken, for a checkpoint.
  var steps: Int { optimizer.steps }

  /// Adds the gradient of a batch; returns its mean cross-entropy, or nil where no image has a class.
  func gather(_ features: Tensor, classes: [Int64]) throws(MVError) -> Double? {
    guard classes.contains(where: { $0 >= 0 }) else { return nil }
    // A copy without history: what is computed of it has no gradient to the encoder.
    let copy = try Torch.withoutGradients { () throws(MVError) in try features.float32().scaled(by: 1) }
    let loss = try classifier.forward(copy, .evaluation).crossEntropy(classes)
    let value = Double(try loss.scalar())
    // An encoder that diverges is told by its own loss.
    guard value.isFinite else { return value }
    try loss.backward()
    gathered += 1
    return value
  }

  /// Moves the weights by the mean gradient of the `batches` of a step; does nothing where none had a class.
  func step(batches: Int) throws(MVError) {
    guard gathered > 0 else { return }
    if batches > 1 { try classifier.state.map(\.tensor).scaleGradients(by: 1 / Double(batches)) }
    gathered = 0
    try optimizer.step(learningRate: rate)
  }

  /// Continues with the tensors of a checkpoint; throws where they do not fit.
  func load(_ values: [String: TensorFile.Entry], steps: Int, from subject: String) throws(MVError) {
    try classifier.state.prefixed(Self.name).load(values, from: subject)
    try optimizer.load(values, steps: steps, from: subject)
  }
}
