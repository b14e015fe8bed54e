/// An image that could not be read and was left out.
public struct SkippedImage: Hashable, Sendable, Codable {
  /// The split.
  public let split: String
  /// Its row, which holds NaN.
  public let row: Int
  /// Where it was to come from.
  public let id: String
  /// Why it could not be read.
  public let reason: String
}
