internal import Foundation
internal import MVCore

/// A binary file of equally long records, mapped.
struct RecordFile: Sendable {
  let path: String
  let recordLength: Int
  let count: Int
  private let bytes: Data

  /// Opens the file; throws where it is missing, empty, or not a whole number of records.
  init(_ url: URL, recordLength: Int) throws(MVError) {
    path = url.path
    self.recordLength = recordLength
    do { bytes = try Data(contentsOf: url, options: .alwaysMapped) } catch {
      guard FileManager.default.fileExists(atPath: path) else {
        throw .missingInput(path, "does not exist", remedy: "check the path")
      }
      throw .inputOutput(path, "cannot be read", remedy: "check its permissions")
    }
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
