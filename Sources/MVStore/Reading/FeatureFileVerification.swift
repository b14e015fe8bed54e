/// The extent of a successful check of a feature file; faults are thrown instead.
public struct FeatureFileVerification: Hashable, Sendable, Codable {
  /// Bytes of features whose checksums were compared.
  public let bytes: Int
  /// The number of blocks that are in the file and were checked.
  public let blocks: Int
  /// The number of blocks that are not in the file yet.
  public let missingBlocks: Int
  /// The duration of the check in seconds.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case bytes, blocks, seconds
    case missingBlocks = "missing_blocks"
  }
}
