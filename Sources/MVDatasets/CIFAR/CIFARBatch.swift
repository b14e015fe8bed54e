internal import Foundation
internal import MVCore

/// One file of CIFAR images: planes of 1,024 bytes, red, green, blue, and labels.
struct CIFARBatch: Sendable {
  /// The file's name.
  let name: String
  /// One label per record.
  let labels: [Int64]
  private let records: RecordFile
  /// The number of bytes in a record before its planes.
  private let lead: Int

  static let planes = 3 * 1024

  /// The number of images.
  var count: Int { records.count }

  /// Reads a binary batch, `.bin`; throws where it is cut off or holds an impossible label.
  init(binary name: String, in tree: FileTree, _ version: CIFARVersion) throws(MVError) {
    self.name = name
    lead = version.labels.count
    records = try RecordFile(name, in: tree, recordLength: lead + Self.planes)
    var chosen: [Int64] = []
    chosen.reserveCapacity(records.count)
    for record in 0..<records.count {
      for label in version.labels {
        try Self.check(Int(records.byte(label.offset, of: record)), label, record, path: records.path, version)
      }
      chosen.append(Int64(records.byte(version.chosen.offset, of: record)))
    }
    labels = chosen
  }

  /// Reads a batch of the Python version; throws where it is no such pickle or holds an impossible label.
  init(pickled name: String, in tree: FileTree, _ version: CIFARVersion) throws(MVError) {
    self.name = name
    lead = 0
    let path = tree.path(of: name)
    let batch = try PickledDictionary(try tree.bytes(of: name), path: path)
    let array = try batch.array("data")
    guard array.element == "u1", array.shape.count == 2, array.shape[1] == Self.planes else {
      throw .badData(
        path, "holds data of shape \(array.shape) and type \(array.element), not N x 3072 bytes",
        remedy: "is it another data set? download it again")
    }
    records = try RecordFile(array.bytes, path: path, recordLength: Self.planes)
    var chosen: [Int64] = []
    for label in version.labels {
      let values = try batch.numbers(label.key)
      guard values.count == records.count else {
        throw .badData(
          path, "holds \(values.count) \(label.key) for \(records.count) images", remedy: "download the archive again")
      }
      for (record, value) in values.enumerated() { try Self.check(value, label, record, path: path, version) }
      if label.key == version.chosen.key { chosen = values.map { Int64($0) } }
    }
    labels = chosen
  }

  private static func check(
    _ value: Int, _ label: CIFARVersion.Label, _ record: Int, path: String, _ version: CIFARVersion
  ) throws(MVError) {
    guard (0..<label.classes).contains(value) else {
      throw .badData(
        path, "record \(record) has label \(value), not 0...\(label.classes - 1)",
        remedy: version.labels.count == 1 ? "is it CIFAR-100? use cifar100:" : "is it CIFAR-10? use cifar10:")
    }
  }

  /// Writes one image, the channels of a pixel side by side.
  func interleave(_ record: Int, into target: UnsafeMutablePointer<UInt8>) {
    records.withRecord(record) { bytes in
      for pixel in 0..<1024 {
        target[3 * pixel] = bytes[lead + pixel]
        target[3 * pixel + 1] = bytes[lead + 1024 + pixel]
        target[3 * pixel + 2] = bytes[lead + 2048 + pixel]
      }
    }
  }
}
