internal import Foundation
package import MVCore
package import MVWeights

/// A backbone and its projector, with the names of the released code: `backbone.*` and `projector.*`.
package final class Encoder: HasOutputs {
  /// The structure of the backbone.
  package let architecture: NetworkArchitecture
  /// The widths of the projector's layers; empty for none.
  package let projectorWidths: [Int]
  /// Whether convolutions keep channels fastest in memory.
  package let channelsLast: Bool
  package let backbone: any Backbone
  let projector: Projector

  /// Creates an encoder whose weights are a function of `seed` alone, and zero without one.
  package init(
    _ architecture: NetworkArchitecture, projector widths: [Int] = [], seed: UInt64? = 0, channelsLast: Bool = true
  ) throws(MVError) {
    try architecture.checkMemory(projector: widths, training: seed != nil)
    var initializer = WeightInitializer(seed: seed)
    self.architecture = architecture
    self.channelsLast = channelsLast
    projectorWidths = widths
    backbone = try architecture.backbone(channelsLast: channelsLast, initializer: &initializer)
    projector = try Projector(inputs: architecture.featureCount, widths: widths, initializer: &initializer)
  }

  /// The backbone's features, N x ``NetworkArchitecture/featureCount``, of normalized images N x 3 x H x W.
  package func features(of images: Tensor, _ pass: NetworkPass = .evaluation) throws(MVError) -> Tensor {
    try backbone.forward(images, pass)
  }

  /// The number of columns of the embedding, which the loss uses.
  package var embeddingCount: Int { projectorWidths.last ?? architecture.featureCount }

  /// The embedding, N x ``embeddingCount``, of the backbone's features.
  package func embedding(of features: Tensor, _ pass: NetworkPass = .evaluation) throws(MVError) -> Tensor {
    try projector.forward(features, pass)
  }

  /// The outputs of the backbone, and that of the projector.
  package var outputs: [NetworkOutput] { backbone.outputs + [.projection] }

  /// The number of columns of an output; nil for one that it does not have.
  package func columns(of output: NetworkOutput) -> Int? {
    output == .projection ? embeddingCount : backbone.columns(of: output)
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

  /// Replaces the values of the backbone's tensors by those of a file.
  ///
  /// Throws where the file is of another network, or holds a value that is not finite.
  package func begin(with file: NetworkFile) throws(MVError) {
    let difference = LayoutComparison(of: architecture, with: file.architecture.withoutHeads.shapes)
    if let words = difference.words {
      throw .usage(
        file.url.path, "is a \(file.architecture.withoutHeads.words); the encoder is a \(architecture.words): \(words)",
        remedy: "leave encoder, depth, widths and stem out, and the file's own is taken")
    }
    try file.load(into: backbone)
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
