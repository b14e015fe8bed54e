/// How well embeddings tell the classes of held-out training images apart, 0...1.
public struct ValidationScores: Hashable, Sendable {
  /// Top-1 of the 20 nearest neighbors, by DINO's weights.
  public let neighbors: Double
  /// Top-1 of a linear probe.
  public let probe: Double
}
