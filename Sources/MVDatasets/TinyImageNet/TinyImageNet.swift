public import Foundation
public import MVCore
public import MVImaging

/// Tiny ImageNet in its original layout: 64 x 64 RGB, splits `train`, `val` and, without labels, `test`.
///
/// The classes are those of `wnids.txt`, sorted as torchvision sorts class folders. Train images lie in
/// `train/WNID/images`; `val/val_annotations.txt` names the class of each image in `val/images`.
public struct TinyImageNet: ImageSource {
  /// What the source holds; a class is called by its first name in `words.txt`, or by its WordNet id.
  public let contents: SourceContents
  private let files: ImageFiles

  /// Opens `directory`, or the `tiny-imagenet-200` within it; an archive of it (`.zip`, `.tar.gz`) is read in place.
  ///
  /// Throws where a list is missing, names an unknown class, or no image that it names is there.
  public init(directory: URL, framing: Framing? = nil, decoding: Decoding = Decoding()) throws(MVError) {
    let tree = try FileTree(directory, hint: "give the folder that holds wnids.txt").entering(["tiny-imagenet-200"])
    files = ImageFiles(tree: tree, framing: framing, decoding: decoding)
    let wordNetIDs = FileTree.sorted(try tree.lines(of: "wnids.txt").map(\.text))
    guard !wordNetIDs.isEmpty, Set(wordNetIDs.map { ExactText($0) }).count == wordNetIDs.count else {
      throw .badData(
        tree.path(of: "wnids.txt"), wordNetIDs.isEmpty ? "names no class" : "names a class twice",
        remedy: "download the data set again")
    }
    let numbers = Dictionary(uniqueKeysWithValues: zip(wordNetIDs.map { ExactText($0) }, Int64(0)...))
    var rows: [(split: String, ids: [String], labels: [Int64])] = []
    var notices: [String] = []
    if tree.containsFolder("train") {
      rows.append(try Self.train(tree, numbers, &notices))
    } else {
      notices.append("train is not there: no train split")
    }
    if tree.containsFolder("val") {
      rows.append(try Self.validation(tree, numbers))
    } else {
      notices.append("val is not there: no val split")
    }
    if tree.containsFolder("test/images") {
      let images = try Self.images(in: "test/images", of: tree)
      rows.append(("test", images, images.map { _ in -1 }))
    }

    var fingerprint = Fingerprint()
    var splits: [SourceSplit] = []
    for (split, ids, labels) in rows where !ids.isEmpty {
      if let notice = files.notice(ofMissing: ids, in: split) { notices.append(notice) }
      for (id, label) in zip(ids, labels) {
        tree.add(id, to: &fingerprint)
        fingerprint.add("\(label)")
      }
      splits.append(
        SourceSplit(name: split, shape: try files.shape(of: ids), labels: .single(labels), ids: ids))
    }
    guard !splits.isEmpty else {
      throw .missingInput(tree.path, "holds no images", remedy: "give the folder that holds train and val")
    }
    files.addSettings(to: &fingerprint)
    contents = SourceContents(
      name: "tiny-imagenet", location: directory.path, classNames: try Self.names(of: wordNetIDs, tree),
      splits: splits, fingerprint: fingerprint.text, notices: notices)
  }

  private static func images(in folder: String, of tree: FileTree) throws(MVError) -> [String] {
    try tree.listing(of: folder).files.filter { ImageNames.isImage($0) }.map { "\(folder)/\($0)" }
  }

  private static func train(
    _ tree: FileTree, _ numbers: [ExactText: Int64], _ notices: inout [String]
  ) throws(MVError) -> (split: String, ids: [String], labels: [Int64]) {
    var ids: [String] = []
    var labels: [Int64] = []
    let folders = try tree.listing(of: "train").folders
    for folder in folders {
      guard let label = numbers[ExactText(folder)] else {
        throw .badData(
          tree.path(of: "train/\(folder)"), "is of a class that wnids.txt does not name",
          remedy: "add it to wnids.txt, or take the folder away")
      }
      let inner = tree.containsFolder("train/\(folder)/images") ? "train/\(folder)/images" : "train/\(folder)"
      let images = try Self.images(in: inner, of: tree)
      ids += images
      labels += images.map { _ in label }
    }
    let empty = numbers.count - Set(labels).count
    if empty > 0 { notices.append("train: \(empty) of \(numbers.count) classes have no images") }
    return ("train", ids, labels)
  }

  private static func validation(
    _ tree: FileTree, _ numbers: [ExactText: Int64]
  ) throws(MVError) -> (split: String, ids: [String], labels: [Int64]) {
    let list = "val/val_annotations.txt"
    var ids: [String] = []
    var labels: [Int64] = []
    for (number, line) in try tree.lines(of: list) {
      let fields = line.split(separator: "\t")
      guard fields.count >= 2 else {
        throw .badData(
          "\(tree.path(of: list)):\(number)", "is not IMAGE, CLASS and a box, with tabs between",
          remedy: "download the data set again")
      }
      guard let label = numbers[ExactText(fields[1])] else {
        throw .badData(
          "\(tree.path(of: list)):\(number)", "names the class \(fields[1]), which wnids.txt does not",
          remedy: "download the data set again")
      }
      ids.append("val/images/\(fields[0])")
      labels.append(label)
    }
    return ("val", ids, labels)
  }

  /// The first name of each class; where two classes share a name, the WordNet id is added.
  private static func names(of ids: [String], _ tree: FileTree) throws(MVError) -> [String] {
    guard tree.contains("words.txt") else { return ids }
    let wanted = Set(ids.map { ExactText($0) })
    var words: [ExactText: String] = [:]
    for (_, line) in try tree.lines(of: "words.txt") {
      let fields = line.split(separator: "\t", maxSplits: 1)
      guard fields.count == 2, wanted.contains(ExactText(fields[0])), let first = fields[1].split(separator: ",").first
      else { continue }
      words[ExactText(fields[0])] = first.trimmingCharacters(in: .whitespaces)
    }
    var uses: [ExactText: Int] = [:]
    for id in ids { uses[ExactText(words[ExactText(id)] ?? id), default: 0] += 1 }
    return ids.map { id in
      guard let word = words[ExactText(id)] else { return id }
      return uses[ExactText(word)] == 1 ? word : "\(word) (\(id))"
    }
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try files.images(Array(split.ids[rows]), shape: split.shape)
  }
}

extension TinyImageNet: PhotographSource {
  /// The image file of a row.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    Photograph(split.ids[row], of: files)
  }
}
