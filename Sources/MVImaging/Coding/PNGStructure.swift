internal import Foundation

/// Tells whether a PNG file reaches its end chunk; libpng writes to stderr of its own accord where it does not.
enum PNGStructure {
  static func isPNG(_ bytes: Data) -> Bool { bytes.prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]) }

  /// Walks the chunks (length, type, data, CRC) to `IEND`.
  static func isComplete(_ bytes: Data) -> Bool {
    bytes.withUnsafeBytes { raw in
      var at = 8
      while at + 12 <= raw.count {
        let length = raw[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        if raw[(at + 4)..<(at + 8)].elementsEqual("IEND".utf8) { return true }
        at += 12 + length
      }
      return false
    }
  }
}
