internal import Foundation
internal import MVCore
internal import MVNetworks

/// What computes a teacher's rows, in evaluation mode and without gradients.
enum TeacherNetwork {
  case script(ScriptModule)
  case encoder(Encoder, NetworkOutput)
  case backbone(any Backbone, NetworkOutput)

  /// Makes the network; the output is `layer`, or the projection of a network of other programs that has one, else the
  /// features.
  ///
  /// Throws where it cannot be read, or has no such output.
  init(_ network: TrainedNetwork, layer: NetworkOutput?) throws(MVError) {
    switch network {
    case .script(let url):
      guard layer == nil else {
        throw .usage(url.path, "is TorchScript, of which layer cannot choose", remedy: "leave layer out")
      }
      self = .script(try ScriptModule(contentsOf: url))
    case .checkpoint(let checkpoint):
      let encoder = try checkpoint.encoder()
      _ = try encoder.checkedColumns(of: layer ?? .features)
      self = .encoder(encoder, layer ?? .features)
    case .weights(let file):
      let backbone = try file.backbone()
      let output = layer ?? (backbone.outputs.contains(.projection) ? .projection : .features)
      _ = try backbone.checkedColumns(of: output)
      self = .backbone(backbone, output)
    }
  }

  /// The rows of normalized images; nil where the network gives something else than one tensor.
  func rows(of batch: Tensor, during path: String) throws(MVError) -> Tensor? {
    switch self {
    case .script(let module):
      guard case .tensor(let rows) = try module.output(of: batch, during: path) else { return nil }
      return rows
    case .encoder(let encoder, let output):
      return try Torch.withoutGradients { () throws(MVError) in try encoder.output(output, of: batch) }
    case .backbone(let backbone, let output):
      return try Torch.withoutGradients { () throws(MVError) in try backbone.output(output, of: batch, .evaluation) }
    }
  }
}
