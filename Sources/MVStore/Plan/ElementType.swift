/// The type in which the values of a representation are stored.
public enum ElementType: String, Hashable, Sendable, Codable, CaseIterable {
  /// 16-bit floating point (IEEE 754 binary16).
  case float16
  /// 32-bit floating point.
  case float32

  /// Bytes per value.
  public var size: Int { self == .float16 ? 2 : 4 }
}
