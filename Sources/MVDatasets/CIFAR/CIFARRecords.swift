internal import Foundation
internal import MVCore

/// An opened CIFAR data set: what all its versions and forms share.
struct CIFARRecords: Sendable {
  let contents: SourceContents
  private let batches: [String: [CIFARBatch]]

  static let shape = ImageShape(height: 32, width: 32, channels: 3)

  /// Opens a folder or an archive, or the official folder within it; throws where its files are missing or damaged.
  init(_ location: URL, _ version: CIFARVersion) throws(MVError) {
    let first = "\(version.train[0]).bin"
    let tree = try FileTree(location, hint: "give the folder that holds \(first)").entering(version.folders)
    let isBinary = (version.train + [version.test]).contains { tree.contains("\($0).bin") }
    let ending = isBinary ? ".bin" : ""
    let classNames = try Self.classNames(tree, version, isBinary: isBinary)
    let trainNames = version.train.map { $0 + ending }
    let testName = version.test + ending
    let present = trainNames.filter { tree.contains($0) }
    guard present == Array(trainNames.prefix(present.count)) else {
      throw .missingInput(
        tree.path, "lacks a batch between others (it has \(present.joined(separator: ", ")))",
        remedy: "download the archive again")
    }
    let hasTest = tree.contains(testName)
    guard !present.isEmpty || hasTest else {
      throw .missingInput(
        tree.path, "holds neither \(first) nor \(version.test).bin",
        remedy: "give the folder or the archive of the binary or the Python version of the data set")
    }
    var notices: [String] = []
    if present.count < trainNames.count {
      notices.append("train: \(present.count) of the \(trainNames.count) batches are there")
    }
    if !hasTest { notices.append("\(testName) is not there: no test split") }

    var batches: [String: [CIFARBatch]] = [:]
    var splits: [SourceSplit] = []
    var fingerprint = Fingerprint()
    for (split, names) in [("train", present), ("test", hasTest ? [testName] : [])] where !names.isEmpty {
      let read = try names.map { (name) throws(MVError) in
        isBinary
          ? try CIFARBatch(binary: name, in: tree, version) : try CIFARBatch(pickled: name, in: tree, version)
      }
      for name in names { tree.add(name, to: &fingerprint) }
      batches[split] = read
      splits.append(
        SourceSplit(
          name: split, shape: Self.shape, labels: .single(read.flatMap(\.labels)),
          ids: read.flatMap { batch in (0..<batch.count).map { "\(batch.name)#\($0)" } }))
    }
    self.batches = batches
    contents = SourceContents(
      name: version.name, location: location.path, classNames: classNames, splits: splits,
      fingerprint: fingerprint.text, notices: notices)
  }

  private static func classNames(
    _ tree: FileTree, _ version: CIFARVersion, isBinary: Bool
  ) throws(MVError) -> [String] {
    let file = isBinary ? version.namesFile : version.pickledNames.file
    guard tree.contains(file) else { return version.standardNames }
    let names =
      isBinary
      ? try tree.lines(of: file).map(\.text)
      : try PickledDictionary(try tree.bytes(of: file), path: tree.path(of: file)).texts(version.pickledNames.key)
    guard names.count == version.chosen.classes else {
      throw .badData(
        tree.path(of: file), "names \(names.count) classes, not \(version.chosen.classes)",
        remedy: "download the archive again")
    }
    return names
  }

  /// Reads the images of `rows` of a split.
  func images(_ rows: Range<Int>, of split: SourceSplit) -> ImageBatch {
    let size = Self.shape.count
    let pixels = [UInt8](unsafeUninitializedCapacity: rows.count * size) { buffer, count in
      var first = 0
      for batch in batches[split.name] ?? [] {
        for row in rows.clamped(to: first..<first + batch.count) {
          batch.interleave(row - first, into: buffer.baseAddress! + (row - rows.lowerBound) * size)
        }
        first += batch.count
      }
      count = rows.count * size
    }
    return ImageBatch(count: rows.count, shape: Self.shape, pixels: .uint8(pixels))
  }
}
