/// The pixel values of images: row by row, the channels of a pixel (red, green, blue) side by side.
public enum Pixels: Hashable, Sendable {
  /// 8-bit values, 0...255.
  case uint8([UInt8])
  /// Floating-point values, used as they are; their usual range is 0...1.
  case float32([Float])

  /// The number of values, not of pixels.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .float32(let values): values.count
    }
  }
}
