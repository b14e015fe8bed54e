/// An image that could not be read and was left out.
public struct SkippedImage: Hashable, Sendable, Codable {
  /// The name of the split.
  public let split: String
  /// The image's row, which holds NaN.
  public let row: Int
  /// The image's id, for example its path.
  public let id: String
  /// The reason why it could not be read.
  public let reason: String
}
