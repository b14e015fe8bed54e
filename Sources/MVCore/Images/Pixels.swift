/// The values of pixels, row by row, channels interleaved (red, green, blue).
public enum Pixels: Hashable, Sendable {
  /// 0...255.
  case uint8([UInt8])
  /// Taken as they are; the usual range is 0...1.
  case float32([Float])

  /// How many values there are.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .float32(let values): values.count
    }
  }
}
