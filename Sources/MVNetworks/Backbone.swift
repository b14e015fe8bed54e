package import MVCore

/// A network from normalized images, N x 3 x H x W, to features, N x columns.
///
/// ``Layer/forward(_:_:)`` gives ``NetworkOutput/features``.
package protocol Backbone: Layer, HasOutputs {
  /// One row per image of an output in ``outputs``.
  func output(_ output: NetworkOutput, of images: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor

  /// Throws a usage error where images of `size` do not fit, and says which sizes do.
  func check(_ size: ImageSize) throws(MVError)

  /// Whether a training pass would now go in blocks of 16 channels.
  var fillsBlocks: Bool { get }
}

extension Backbone {
  /// The number of columns of ``NetworkOutput/features``.
  package var featureCount: Int { columns(of: .features) ?? 0 }

  package func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor {
    try output(.features, of: input, pass)
  }

  package var fillsBlocks: Bool { false }
}

/// What has outputs that features are taken from.
package protocol HasOutputs {
  /// The outputs that it has, the usual one first.
  var outputs: [NetworkOutput] { get }

  /// The number of columns of an output; nil for one that it does not have.
  func columns(of output: NetworkOutput) -> Int?
}

extension HasOutputs {
  /// The columns of an output; throws a usage error that lists the outputs there are.
  package func checkedColumns(of output: NetworkOutput) throws(MVError) -> Int {
    if outputs.contains(output), let columns = columns(of: output) { return columns }
    throw .usage(
      "layer \(output)", "is not one of this network",
      remedy: "it has \(outputs.map(\.description).joined(separator: ", "))")
  }
}
