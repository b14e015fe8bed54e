internal import Foundation
internal import MVCore

/// A binary file of records of equal length.
struct RecordFile: Sendable {
  let path: String
  let recordLength: Int
  let count: Int
  private let bytes: Data

  /// Opens a file of `tree`; throws where it is missing, empty, or not a whole number of records.
  init(_ name: String, in tree: FileTree, recordLength: Int) throws(MVError) {
    try self.init(try tree.bytes(of: name), path: tree.path(of: name), recordLength: recordLength)
  }

  /// Uses bytes as records; errors call them `path`; throws as above.
  init(_ bytes: Data, path: String, recordLength: Int) throws(MVError) {
    self.path = path
    self.recordLength = recordLength
    self.bytes = bytes
    guard !bytes.isEmpty, bytes.count % recordLength == 0 else {
      throw .badData(
        path, "is \(bytes.count) bytes, not a whole number of records of \(recordLength) bytes",
        remedy: "the file is cut off or of another format: download it again")
    }
    count = bytes.count / recordLength
  }

  /// The byte at `offset` of a record.
  func byte(_ offset: Int, of record: Int) -> UInt8 { bytes[bytes.startIndex + record * recordLength + offset] }

  /// Calls `body` with the bytes of one record.
  func withRecord<Result>(_ record: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { raw in
      body(UnsafeRawBufferPointer(rebasing: raw[record * recordLength..<(record + 1) * recordLength]))
    }
  }
}
