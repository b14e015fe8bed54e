/// Accuracies on held-out train images, computed from embeddings during training, 0...1.
public struct ValidationScores: Hashable, Sendable {
  /// The top-1 accuracy of the 20 nearest neighbors, with DINO's weights.
  public let neighbors: Double
  /// The top-1 accuracy of a linear probe.
  public let probe: Double
}
