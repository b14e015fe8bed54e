public import Foundation
public import MVCore

/// STL-10 in its official binary form: 96 x 96 RGB, splits `train`, `test` and `unlabeled`.
///
/// Images are stored as planes of columns (column-major). Labels 1...10 become 0...9 (Coates, Lee and Ng, 2011); rows
/// of `unlabeled` have label -1.
public struct STL10: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let files: [String: RecordFile]

  static let shape = ImageShape(height: 96, width: 96, channels: 3)
  static let standardNames = [
    "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
  ]

  /// Opens `directory`, or the `stl10_binary` within it; an archive of it (`.tar.gz`) is read in place.
  ///
  /// Throws where no split is there, a file is cut off, images and labels differ in number, or a label is not 1...10.
  public init(directory: URL) throws(MVError) {
    let tree = try FileTree(directory, hint: "give the folder that holds train_X.bin").entering(["stl10_binary"])
    let classNames =
      tree.contains("class_names.txt") ? try tree.lines(of: "class_names.txt").map(\.text) : Self.standardNames
    guard classNames.count == 10 else {
      throw .badData(
        tree.path(of: "class_names.txt"), "names \(classNames.count) classes, not 10",
        remedy: "download the archive again")
    }

    var files: [String: RecordFile] = [:]
    var splits: [SourceSplit] = []
    var notices: [String] = []
    var fingerprint = Fingerprint()
    for split in ["train", "test", "unlabeled"] {
      let images = "\(split)_X.bin"
      guard tree.contains(images) else {
        notices.append("\(split)_X.bin is not there: no \(split) split")
        continue
      }
      let file = try RecordFile(images, in: tree, recordLength: Self.shape.count)
      var labels = [Int64](repeating: -1, count: file.count)
      if split != "unlabeled" {
        labels = try Self.labels("\(split)_y.bin", in: tree, count: file.count)
      }
      tree.add(images, to: &fingerprint)
      files[split] = file
      splits.append(
        SourceSplit(
          name: split, shape: Self.shape, labels: .single(labels),
          ids: (0..<file.count).lazy.map { Self.id(of: $0, in: split) }))
    }
    guard !splits.isEmpty else {
      throw .missingInput(
        tree.path, "holds none of train_X.bin, test_X.bin, unlabeled_X.bin",
        remedy: "give the folder of the binary version of STL-10")
    }
    self.files = files
    contents = SourceContents(
      name: "stl10", location: directory.path, classNames: classNames, splits: splits, fingerprint: fingerprint.text,
      notices: notices)
  }

  private static func labels(_ name: String, in tree: FileTree, count: Int) throws(MVError) -> [Int64] {
    let file = try RecordFile(name, in: tree, recordLength: 1)
    guard file.count == count else {
      throw .badData(
        file.path, "holds \(file.count) labels for \(count) images", remedy: "download the archive again")
    }
    var labels: [Int64] = []
    for record in 0..<count {
      let label = file.byte(0, of: record)
      guard (1...10).contains(label) else {
        throw .badData(file.path, "label \(record) is \(label), not 1...10", remedy: "download the archive again")
      }
      labels.append(Int64(label) - 1)
    }
    return labels
  }

  /// Reads the images of `rows` of a split; throws a usage error where the source does not have the split.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let shape = Self.shape
    let side = shape.height
    guard let file = files[split.name] else {
      throw .usage("split \(split.name)", "is not in \(contents.location)")
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: rows.count * shape.count) { buffer, count in
      for (place, row) in rows.enumerated() {
        file.withRecord(row) { record in
          for channel in 0..<3 {
            for x in 0..<side {
              for y in 0..<side {
                buffer[place * shape.count + (y * side + x) * 3 + channel] =
                  record[(channel * side + x) * side + y]
              }
            }
          }
        }
      }
      count = rows.count * shape.count
    }
    return ImageBatch(count: rows.count, shape: shape, pixels: .uint8(pixels))
  }
}
