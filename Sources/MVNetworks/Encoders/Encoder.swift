package import MVCore
package import MVWeights

/// A backbone and its projector, with the names of the released code: `backbone.*` and `projector.*`.
package final class Encoder: HasOutputs {
  /// The shape of the network.
  package let architecture: EncoderArchitecture
  /// Whether convolutions keep channels fastest in memory.
  package let channelsLast: Bool
  package let backbone: any Backbone
  let projector: Projector

  /// Creates an encoder whose weights are a function of `seed` alone.
  package init(_ architecture: EncoderArchitecture, seed: UInt64 = 0, channelsLast: Bool = true) throws(MVError) {
    var initializer = WeightInitializer(seed: seed)
    self.architecture = architecture
    self.channelsLast = channelsLast
    backbone = try ResidualNetwork(architecture, channelsLast: channelsLast, initializer: &initializer)
    projector = try Projector(
      inputs: architecture.featureCount, widths: architecture.projector, initializer: &initializer)
  }

  /// The backbone's features, N x ``EncoderArchitecture/featureCount``, of normalized images N x 3 x H x W.
  package func features(of images: Tensor, _ pass: NetworkPass = .evaluation) throws(MVError) -> Tensor {
    try backbone.forward(images, pass)
  }

  /// The embedding, N x ``EncoderArchitecture/embeddingCount``, of the backbone's features.
  package func embedding(of features: Tensor, _ pass: NetworkPass = .evaluation) throws(MVError) -> Tensor {
    try projector.forward(features, pass)
  }

  /// The outputs of the backbone, and that of the projector.
  package var outputs: [NetworkOutput] { backbone.outputs + [.projection] }

  /// The number of columns of an output; nil for one that it does not have.
  package func columns(of output: NetworkOutput) -> Int? {
    output == .projection ? architecture.embeddingCount : backbone.columns(of: output)
  }

  /// One row per image of an output, in evaluation mode.
  package func output(_ output: NetworkOutput, of images: Tensor) throws(MVError) -> Tensor {
    guard output == .projection else { return try backbone.output(output, of: images, .evaluation) }
    return try embedding(of: features(of: images))
  }

  /// Whether two views are faster in one batch than one after the other.
  ///
  /// Joined, weights are laid out only once, and their gradients summed only once.
  package var joinsViews: Bool { backbone.fillsBlocks }

  /// Every tensor of the network, in PyTorch's order.
  package var state: [NamedTensor] { backbone.state.prefixed("backbone") + projector.state.prefixed("projector") }

  /// The tensors that are trained.
  package var parameters: [NamedTensor] { state.filter(\.isParameter) }

  /// Replaces the values of all tensors by those of `values`, by name.
  ///
  /// `subject` is the file that errors name.
  package func load(_ values: [String: TensorFile.Entry], from subject: String) throws(MVError) {
    try load(state, values, from: subject)
  }

  /// Replaces the values of the backbone's tensors, and of the projector's where all of them have the shapes of this
  /// one's.
  ///
  /// Returns whether the projector was taken. Throws where the backbone is another.
  package func begin(with values: [String: TensorFile.Entry], from subject: String) throws(MVError) -> Bool {
    let head = projector.state.prefixed("projector")
    let theirs = values.filter { $0.key.hasPrefix("projector.") }
    let fits = theirs.count == head.count && head.allSatisfy { theirs[$0.name]?.shape == $0.tensor.shape }
    try load(backbone.state.prefixed("backbone") + (fits ? head : []), values, from: subject)
    return fits
  }

  private func load(
    _ state: [NamedTensor], _ values: [String: TensorFile.Entry], from subject: String
  ) throws(MVError) {
    for item in state {
      guard let entry = values[item.name] else {
        throw .badData(subject, "holds no \(item.name)", remedy: "it is a checkpoint of another encoder")
      }
      guard entry.shape == item.tensor.shape else {
        throw .badData(
          subject, "holds \(item.name) of shape \(entry.shape), this encoder's is \(item.tensor.shape)",
          remedy: "give the encoder, widths, depth and projector it was trained with")
      }
    }
    for item in state { if let entry = values[item.name] { try item.tensor.assign(entry.values) } }
  }
}
