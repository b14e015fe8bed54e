public import Foundation
public import MVCore
internal import MVFiles
public import MVImaging

/// ImageNet as folders, `train/WNID/image` and `val/WNID/image`: all classes, or those of a list.
///
/// Labels number the classes in use, sorted by WordNet id, as torchvision's `ImageFolder` does for a folder that holds
/// only these classes.
public struct ImageNet: ImageSource {
  private let folder: ImageFolder

  /// What the source holds; its name is `imagenet`, or for example `imagenet100` where 100 classes were asked for.
  public let contents: SourceContents

  /// Lists the images of `directory`.
  ///
  /// `classes` is a text file with one WordNet id per line; what follows the id on its line is ignored. `count` is the
  /// number of classes there must be. Throws where the list names a class twice or one without images, where there are
  /// not `count` classes, or where an image of a labeled split lies outside a class folder.
  public init(
    directory: URL, classes list: URL? = nil, count: Int? = nil, framing: Framing? = nil,
    decoding: Decoding = Decoding()
  ) throws(MVError) {
    let name = count.map { "imagenet\($0)" } ?? "imagenet"
    let chosen = try list.map { (url) throws(MVError) in (list: url, ids: try Self.classes(in: url)) }
    if let chosen, let count, chosen.ids.count != count {
      throw .badData(
        chosen.list.path, "names \(chosen.ids.count) classes, not \(count)", remedy: "give the list of \(name)")
    }
    let folder = try ImageFolder(
      directory: directory, framing: framing, decoding: decoding, name: name,
      keeping: chosen.map { Set($0.ids.map { ExactText($0) }) })
    var contents = folder.contents
    let names = Set(contents.classNames.map { ExactText($0) })
    if let chosen, let absent = chosen.ids.first(where: { !names.contains(ExactText($0)) }) {
      throw .missingInput(
        directory.path, "has no images of the class \(absent), which \(chosen.list.path) names",
        remedy: "check the list")
    }
    if let count, contents.classNames.count != count {
      throw .usage(
        "source \(name):\(directory.path)", "has \(contents.classNames.count) classes, not \(count)",
        remedy: "give a list of the classes: \(name):DIR,CLASSES.txt")
    }
    for split in contents.splits {
      guard case .single(let labels) = split.labels, let row = labels.firstIndex(of: -1) else { continue }
      if split.name == "test" { continue }
      throw .badData(
        "\(directory.path)/\(split.ids[row])", "lies in no class folder",
        remedy: "move the images of \(split.name) into folders named by their WordNet ids")
    }
    if let train = contents.splits.first(where: { $0.name == "train" }), case .single(let labels) = train.labels {
      let absent = contents.classNames.count - Set(labels).count
      if absent > 0 { contents.notices.append("train: \(absent) classes of other splits have no images") }
    }
    self.folder = folder
    self.contents = contents
  }

  /// The WordNet ids in a list; throws where the list is missing, empty, or names a class twice.
  private static func classes(in url: URL) throws(MVError) -> [String] {
    let lines = try WholeFile.lines(of: url, remedy: "check the path of the list of classes")
    var ids: [String] = []
    var seen: Set<ExactText> = []
    for (number, line) in FileTree.numbered(lines) where !line.hasPrefix("#") {
      let id = String(line.prefix { !$0.isWhitespace && $0 != "," })
      guard !id.isEmpty, seen.insert(ExactText(id)).inserted else {
        throw .badData("\(url.path):\(number)", "names \(id.isEmpty ? "no class" : "\(id) again")")
      }
      ids.append(id)
    }
    guard !ids.isEmpty else { throw .badData(url.path, "names no class", remedy: "write one WordNet id a line") }
    return ids
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try folder.images(rows, of: split)
  }
}

extension ImageNet: PhotographSource {
  /// The image file of a row.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    folder.photograph(of: row, in: split)
  }
}
