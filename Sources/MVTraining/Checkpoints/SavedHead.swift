internal import Foundation
public import MVCore
public import MVEvaluation
internal import MVWeights

/// A classifier that a checkpoint holds beside its encoder: that of fine-tuning, or the one trained along.
public struct SavedHead: Sendable {
  /// The name of its tensors, `fc` or `online_head`.
  public let name: String
  /// The classifier, over the backbone's features.
  public let probe: FittedProbe

  /// Finds the classifier of a checkpoint; throws where it holds none.
  public init(of checkpoint: Checkpoint) throws(MVError) {
    let tensors = checkpoint.file.tensors
    for name in ["fc", OnlineHead.name] {
      guard let weight = tensors["\(name).weight"], let bias = tensors["\(name).bias"], weight.shape.count == 2,
        weight.shape[0] == bias.shape.first, weight.shape[0] > 1
      else { continue }
      self.name = name
      probe = FittedProbe(
        representation: "embedding", columns: weight.shape[1], weights: weight.values, bias: bias.values)
      return
    }
    throw .usage(
      checkpoint.url.path, "holds no classifier", remedy: "train with --set online_head=true, or fine-tune")
  }
}
