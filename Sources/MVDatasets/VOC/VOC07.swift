public import Foundation
public import MVCore
public import MVImaging

/// Pascal VOC 2007 for classification: 20 classes, several per image; splits `trainval` and `test`.
///
/// A label is 1 for a class with an object in the image, 255 (ignored) for one whose objects are all difficult, and 0
/// otherwise. Labels come from `Annotations/ID.xml` or, for an image without one, from the lists
/// `ImageSets/Main/CLASS_SPLIT.txt`, which write 1, 0 and -1 for the same (Everingham et al., 2010).
public struct VOC07: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let files: ImageFiles

  /// The names of the 20 classes, sorted; their labels are their positions.
  public static let classNames = [
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
  ]
  private static let numbers = Dictionary(uniqueKeysWithValues: zip(classNames, 0...))
  private static let lists = "ImageSets/Main"

  /// Opens `directory`, or the `VOC2007` or `VOCdevkit/VOC2007` within it; an archive of it (`.tar`) is read in place.
  ///
  /// Without the list `trainval.txt`, the splits are `train` and `val`. VOC's images differ in size, so reading them
  /// needs a `framing`. Notices count the images that are listed but missing; reading one of these is an error. Throws
  /// where there is no list, where a list or an annotation is damaged or names an unknown class, or where an image has
  /// neither annotation nor list.
  public init(directory: URL, framing: Framing? = nil, decoding: Decoding = Decoding()) throws(MVError) {
    let tree = try FileTree(directory, hint: "give the folder that holds ImageSets and JPEGImages")
      .entering(["VOCdevkit/VOC2007", "VOC2007"])
    files = ImageFiles(tree: tree, framing: framing, decoding: decoding)
    let learned = tree.contains("\(Self.lists)/trainval.txt") ? ["trainval"] : ["train", "val"]
    let names = (learned + ["test"]).filter { tree.contains("\(Self.lists)/\($0).txt") }
    guard !names.isEmpty else {
      throw .missingInput(
        tree.path(of: Self.lists), "holds none of trainval.txt, train.txt, val.txt, test.txt",
        remedy: "give the folder of VOC2007, which holds ImageSets")
    }
    var splits: [SourceSplit] = []
    var notices = names.contains("test") ? [] : ["test.txt is not there: no test split"]
    var fingerprint = Fingerprint()
    for name in names {
      let images = try Self.images(of: name, tree)
      let labels = try Self.labels(of: images, split: name, tree)
      let ids = images.map { "JPEGImages/\($0).jpg" }
      if let notice = files.notice(ofMissing: ids, in: name) { notices.append(notice) }
      for id in ids { tree.add(id, to: &fingerprint) }
      fingerprint.add(labels.map { String($0) }.joined())
      splits.append(
        SourceSplit(
          name: name, shape: try files.shape(of: ids.filter { tree.contains($0) }),
          labels: .multi(labels, classes: Self.classNames.count), ids: ids))
    }
    files.addSettings(to: &fingerprint)
    contents = SourceContents(
      name: "voc07", location: directory.path, classNames: Self.classNames, splits: splits,
      fingerprint: fingerprint.text, notices: notices)
  }

  /// The images of a split, in the order of its list.
  private static func images(of split: String, _ tree: FileTree) throws(MVError) -> [String] {
    let list = "\(lists)/\(split).txt"
    var images: [String] = []
    var seen: Set<ExactText> = []
    for (number, line) in try tree.lines(of: list) {
      // The first word only: lists of other makers have a label after it.
      let image = String(line.prefix { !$0.isWhitespace })
      guard seen.insert(ExactText(image)).inserted else {
        throw .badData("\(tree.path(of: list)):\(number)", "names \(image) again", remedy: "unpack the data set again")
      }
      images.append(image)
    }
    guard !images.isEmpty else {
      throw .badData(tree.path(of: list), "names no image", remedy: "unpack the data set again")
    }
    return images
  }

  /// The labels of `images`, images x classes; throws where an image's annotation and lists are missing or damaged.
  static func labels(of images: [String], split: String, _ tree: FileTree) throws(MVError) -> [UInt8] {
    let classes = classNames.count
    var labels = [UInt8](repeating: 0, count: images.count * classes)
    var unannotated: [Int] = []
    for (row, image) in images.enumerated() {
      let file = "Annotations/\(image).xml"
      guard tree.contains(file) else {
        unannotated.append(row)
        continue
      }
      for object in try VOCAnnotation(try tree.bytes(of: file), path: tree.path(of: file)).objects {
        guard let number = numbers[object.name] else {
          throw .badData(
            tree.path(of: file), "has an object of the unknown class \(object.name)",
            remedy: "VOC 2007 has \(classNames.joined(separator: ", "))")
        }
        let place = row * classes + number
        if !object.isDifficult { labels[place] = 1 } else if labels[place] == 0 { labels[place] = 255 }
      }
    }
    guard !unannotated.isEmpty else { return labels }
    for (number, name) in classNames.enumerated() {
      let list = try self.list(of: name, split: split, tree)
      for row in unannotated {
        guard let label = list[ExactText(images[row])] else {
          throw .missingInput(
            tree.path(of: "Annotations/\(images[row]).xml"),
            "does not exist, and \(lists)/\(name)_\(split).txt does not name the image",
            remedy: "unpack the data set again")
        }
        labels[row * classes + number] = label
      }
    }
    return labels
  }

  /// The list of one class: 1, 0 or 255 by image; throws where it is missing or damaged.
  private static func list(of name: String, split: String, _ tree: FileTree) throws(MVError) -> [ExactText: UInt8] {
    let list = "\(lists)/\(name)_\(split).txt"
    var labels: [ExactText: UInt8] = [:]
    for (number, line) in try tree.lines(of: list) {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2, let value = Int(fields[1]), (-1...1).contains(value) else {
        throw .badData(
          "\(tree.path(of: list)):\(number)", "is not an image and 1, 0 or -1", remedy: "unpack the data set again")
      }
      labels[ExactText(fields[0])] = value == 1 ? 1 : value == 0 ? 255 : 0
    }
    return labels
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try files.images(Array(split.ids[rows]), shape: split.shape)
  }
}

extension VOC07: PhotographSource {
  /// The image file of a row.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    Photograph(split.ids[row], of: files)
  }
}
