public import Foundation
public import MVCore

/// CIFAR-10 in its official binary form, `data_batch_1.bin` and on, `test_batch.bin`: 32 x 32 RGB.
///
/// Each record is one label byte and 3,072 bytes of planes, red, green, blue (Krizhevsky, 2009). The batches that are
/// there are used; the notices say where that is not all of them.
public struct CIFAR10: ImageSource {
  /// What the source holds.
  public let contents: SourceContents
  private let files: [String: [RecordFile]]

  static let shape = ImageShape(height: 32, width: 32, channels: 3)
  static let standardNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Opens `directory`, or the `cifar-10-batches-bin` within it.
  ///
  /// Throws where there is no batch, where one between others is missing, is cut off, or holds a label above 9.
  public init(directory: URL) throws(MVError) {
    let inner = directory.appending(path: "cifar-10-batches-bin")
    let folder = FileManager.default.fileExists(atPath: inner.path) ? inner : directory
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw .missingInput(folder.path, "does not exist", remedy: "give the folder that holds data_batch_1.bin")
    }
    let classNames = try Self.classNames(in: folder)
    let trainNames = (1...5).map { "data_batch_\($0).bin" }
    let present = trainNames.filter { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
    guard present == Array(trainNames.prefix(present.count)) else {
      throw .missingInput(
        folder.path, "lacks a batch between others (it has \(present.joined(separator: ", ")))",
        remedy: "download the archive again")
    }
    let hasTest = FileManager.default.fileExists(atPath: folder.appending(path: "test_batch.bin").path)
    guard !present.isEmpty || hasTest else {
      throw .missingInput(
        folder.path, "holds neither data_batch_1.bin nor test_batch.bin",
        remedy: "give the folder of the binary version of CIFAR-10")
    }
    var notices: [String] = []
    if present.count < 5 { notices.append("train: \(present.count) of the 5 batches are there") }
    if !hasTest { notices.append("test_batch.bin is not there: no test split") }

    var files: [String: [RecordFile]] = [:]
    var splits: [SourceSplit] = []
    var fingerprint = Fingerprint()
    for (split, names) in [("train", present), ("test", hasTest ? ["test_batch.bin"] : [])] where !names.isEmpty {
      var labels: [Int64] = []
      var ids: [String] = []
      for name in names {
        let url = folder.appending(path: name)
        let file = try RecordFile(url, recordLength: 1 + Self.shape.count)
        for record in 0..<file.count {
          let label = file.byte(0, of: record)
          guard label < 10 else {
            throw .badData(
              url.path, "record \(record) has label \(label), not 0...9", remedy: "is it CIFAR-100? use cifar100:")
          }
          labels.append(Int64(label))
          ids.append("\(name)#\(record)")
        }
        files[split, default: []].append(file)
        fingerprint.add(file: url, named: name)
      }
      splits.append(SourceSplit(name: split, shape: Self.shape, labels: .single(labels), ids: ids))
    }
    self.files = files
    contents = SourceContents(
      name: "cifar10", location: directory.path, classNames: classNames, splits: splits, fingerprint: fingerprint.text,
      notices: notices)
  }

  private static func classNames(in folder: URL) throws(MVError) -> [String] {
    guard let text = try? String(contentsOf: folder.appending(path: "batches.meta.txt"), encoding: .utf8) else {
      return standardNames
    }
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard names.count == 10 else {
      throw .badData(
        folder.appending(path: "batches.meta.txt").path, "names \(names.count) classes, not 10",
        remedy: "download the archive again")
    }
    return names
  }

  /// Reads the images of `rows` of a split.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let shape = Self.shape
    let plane = shape.height * shape.width
    var pixels = [UInt8](repeating: 0, count: rows.count * shape.count)
    var at = 0
    var first = 0
    for file in files[split.name] ?? [] {
      let within = rows.clamped(to: first..<first + file.count)
      for row in within {
        file.withRecord(row - first) { record in
          for pixel in 0..<plane {
            pixels[at + 3 * pixel] = record[1 + pixel]
            pixels[at + 3 * pixel + 1] = record[1 + plane + pixel]
            pixels[at + 3 * pixel + 2] = record[1 + 2 * plane + pixel]
          }
        }
        at += shape.count
      }
      first += file.count
    }
    return ImageBatch(count: rows.count, shape: shape, pixels: .uint8(pixels))
  }
}
