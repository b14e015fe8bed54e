internal import Foundation

/// Checks, piece by piece, that skipped rows hold nothing but NaN.
struct SkippedRowCheck {
  private let rows: [Int]
  private let rowBytes: Int
  /// The first skipped row that holds a value, or nil.
  private(set) var filled: Int?

  /// Creates a check of `rows`, which are in order.
  init(_ rows: [Int], rowBytes: Int) {
    self.rows = rows
    self.rowBytes = rowBytes
  }

  /// Checks a piece that begins `offset` bytes into a block whose first row is `first`.
  mutating func look(_ bytes: UnsafeRawBufferPointer, at offset: Int, first: Int, _ features: StoredFeatures) {
    guard !rows.isEmpty, filled == nil else { return }
    let size = features.element.size
    for row in rows {
      let begin = (row - first) * rowBytes
      let stretch = (begin..<begin + rowBytes).clamped(to: offset..<offset + bytes.count)
      for place in stride(from: stretch.lowerBound, to: stretch.upperBound, by: size) {
        let isNaN =
          switch features.element {
          case .float16: bytes.loadUnaligned(fromByteOffset: place - offset, as: UInt16.self) & 0x7FFF > 0x7C00
          case .float32:
            bytes.loadUnaligned(fromByteOffset: place - offset, as: UInt32.self) & 0x7FFF_FFFF > 0x7F80_0000
          }
        guard isNaN else {
          filled = row
          return
        }
      }
    }
  }
}
