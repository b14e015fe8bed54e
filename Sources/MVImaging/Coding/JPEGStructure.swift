internal import Foundation

/// Tells whether a JPEG file reaches its end marker; OpenCV silently fills what a cut file lacks with gray.
enum JPEGStructure {
  static func isJPEG(_ bytes: Data) -> Bool { bytes.prefix(3).elementsEqual([0xFF, 0xD8, 0xFF]) }

  /// Walks the segments of ITU-T T.81 Annex B to the end-of-image marker.
  static func isComplete(_ bytes: Data) -> Bool {
    bytes.withUnsafeBytes { raw in
      var at = 2
      while at + 1 < raw.count {
        guard raw[at] == 0xFF else {
          at += 1  // entropy-coded data, or padding between segments
          continue
        }
        switch raw[at + 1] {
        case 0xD9: return true
        case 0x00, 0xD0...0xD7, 0x01: at += 2  // a stuffed byte, a restart, a marker without length
        case 0xFF: at += 1
        default:
          guard at + 3 < raw.count else { return false }
          at += 2 + (Int(raw[at + 2]) << 8 | Int(raw[at + 3]))
        }
      }
      return false
    }
  }
}
