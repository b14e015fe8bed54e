internal import Foundation

/// A number of bytes as people read it: `512 B`, `3.1 MB`, `2.4 GB` (powers of 1000).
public struct ByteCount: CustomStringConvertible, Sendable {
  private let bytes: Int

  /// Describes `bytes`.
  public init(_ bytes: Int) { self.bytes = bytes }

  /// Three digits or so, and the unit.
  public var description: String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 {
        return unit == "B" ? "\(bytes) B" : String(format: value < 9.95 ? "%.1f %@" : "%.0f %@", value, unit)
      }
      value /= 1000
    }
    return String(format: "%.2f TB", value)
  }
}
