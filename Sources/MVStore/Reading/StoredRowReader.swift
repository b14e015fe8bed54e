internal import Foundation
internal import MVCore
internal import MVFiles

/// Reads rows as they are stored, through the caller's buffers; several threads may read at once.
///
/// So memory stays bounded, and a file that is cut short meanwhile is an error.
final class StoredRowReader: Sendable {
  private let path: String
  private let files: [String: FileDescriptor]

  /// Opens every file that holds rows of `stored`; throws where one is not the one that was read before.
  init(_ stored: StoredFile) throws(MVError) {
    path = stored.path
    var files: [String: FileDescriptor] = [:]
    for path in stored.featureFiles { files[path] = try stored.opening(path) }
    self.files = files
  }

  /// Reads `rows` through `buffer` and calls `body` with one piece after the other, and its offset from the first row
  /// in bytes.
  ///
  /// A piece is a whole number of values; `buffer` must hold at least one. Throws what `body` throws, and where reading
  /// fails.
  func read(
    _ rows: Range<Int>, of features: StoredFeatures, in split: String, through buffer: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer, Int) throws(MVError) -> Void
  ) throws(MVError) {
    guard !features.pieces.isEmpty else {
      return try readPacked(rows, of: features, in: split, through: buffer, body)
    }
    let step = buffer.count / features.element.size * features.element.size
    let begin = rows.lowerBound * features.rowBytes
    for piece in features.pieces where piece.rows.overlaps(rows) {
      guard let file = files[piece.path] else { throw .internalFault(piece.path, "is not open") }
      let part = piece.rows.clamped(to: rows)
      var place = part.lowerBound * features.rowBytes
      let end = part.upperBound * features.rowBytes
      while place < end {
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(step, end - place)])
        try file.read(into: target, at: piece.offset + place - piece.rows.lowerBound * features.rowBytes)
        try body(UnsafeRawBufferPointer(target), place - begin)
        place += target.count
      }
    }
  }

  /// Reads whole rows through HDF5, into memory of its own where the buffer is too small for the block, which is a
  /// chunk.
  private func readPacked(
    _ rows: Range<Int>, of features: StoredFeatures, in split: String, through buffer: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer, Int) throws(MVError) -> Void
  ) throws(MVError) {
    let size = rows.count * features.rowBytes
    let own: UnsafeMutableRawBufferPointer? = size > buffer.count ? .allocate(byteCount: size, alignment: 64) : nil
    defer { own?.deallocate() }
    let target = UnsafeMutableRawBufferPointer(rebasing: (own ?? buffer)[..<size])
    try features.fetch(rows, from: "\(split)/\(features.plan.name)", of: path, into: target)
    try body(UnsafeRawBufferPointer(target), 0)
  }
}
