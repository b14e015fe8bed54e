/// What a check of a feature file has covered; faults are thrown instead.
public struct FeatureFileVerification: Hashable, Sendable, Codable {
  /// Bytes of features whose checksums were compared.
  public let bytes: Int
  /// Blocks that are there and were checked.
  public let blocks: Int
  /// Blocks that are not there yet.
  public let missingBlocks: Int
  /// Seconds it took.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case bytes, blocks, seconds
    case missingBlocks = "missing_blocks"
  }
}
