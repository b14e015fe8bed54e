public import Foundation
public import MVCore
public import MVImaging

/// A folder of image files, laid out as `split/class/image`, `class/image`, `split/image` or just `image`.
///
/// Classes are the sorted folder names, as in torchvision's `ImageFolder`; images outside class folders are unlabeled.
/// Without split folders there is one split, `all`. What the folders mean is seen from how they lie and what they are
/// called, unless a ``FolderLayout`` says it. An archive is read in place.
public struct ImageFolder: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let files: ImageFiles

  /// Lists the images of `directory`.
  ///
  /// With a `framing`, each image is resized to cover it and cut to its center (antialiased bilinear); without one, all
  /// images must have the size of the first. `labels` is a table of file names and classes (CSV), which then says the
  /// class of each image, and the split where it has such a column. Throws where the folder or the table is missing,
  /// the folder holds no images, or no image can be read.
  public init(
    directory: URL, layout: FolderLayout? = nil, labels: URL? = nil, framing: Framing? = nil,
    decoding: Decoding = Decoding()
  ) throws(MVError) {
    let tree = try FileTree(directory, hint: Self.hint)
    let files = ImageFiles(tree: tree, framing: framing, decoding: decoding)
    if let labels {
      try self.init(files, labels: labels, location: directory.path)
    } else {
      try self.init(files, layout, location: directory.path, name: "folder", keeping: nil)
    }
  }

  /// Lists the images of folders that are splits, each of which holds class folders, or images without labels.
  ///
  /// Throws where a folder is missing, two splits have one name, or there are no images that can be read.
  public init(
    splits: [(name: String, directory: URL)], framing: Framing? = nil, decoding: Decoding = Decoding()
  ) throws(MVError) {
    let tree = try FileTree(gathering: splits.map { ($0.name, $0.directory) }, hint: Self.hint)
    try self.init(
      ImageFiles(tree: tree, framing: framing, decoding: decoding), .splits, location: tree.path, name: "folder",
      keeping: nil)
  }

  /// Lists the images of the classes in `chosen` only, or of all where it is nil; `name` is the kind of source.
  init(
    directory: URL, framing: Framing?, decoding: Decoding, name kind: String, keeping chosen: Set<ExactText>?
  ) throws(MVError) {
    try self.init(
      ImageFiles(tree: try FileTree(directory, hint: Self.hint), framing: framing, decoding: decoding), nil,
      location: directory.path, name: kind, keeping: chosen)
  }

  private static let hint = "give the folder that holds the images"

  private init(
    _ files: ImageFiles, _ layout: FolderLayout?, location: String, name kind: String, keeping chosen: Set<ExactText>?
  ) throws(MVError) {
    self.files = files
    let reading = FolderReading(try ImageTree(of: files.tree, chosen: chosen), layout: layout, chosen: chosen)
    var rows = ImageRows()
    for part in reading.parts {
      var split = ImageRows.Split(name: part.name)
      let classes = Dictionary(part.classes.map { (ExactText($0.name), $0) }) { first, _ in first }
      for (label, name) in reading.classNames.enumerated() {
        let images = classes[ExactText(name)]?.allImages ?? []
        split.ids += images
        split.labels += images.map { _ in Int64(label) }
      }
      split.ids += part.unlabeled
      split.labels += part.unlabeled.map { _ in -1 }
      rows.splits.append(split)
    }
    let published = kind == "folder" ? PublishedLayout.kind(of: files.tree) : nil
    guard published == nil || !rows.splits.allSatisfy(\.ids.isEmpty) else {
      throw .missingInput(
        location, "holds no images in files of their own",
        remedy: "it is laid out as a data set: \(published ?? ""):\(location)")
    }
    contents = try rows.contents(
      name: kind, location: location, classNames: reading.classNames, files: files, labeled: false,
      notices: (kind == "folder" && !reading.parts.isEmpty ? [reading.understood] : []) + reading.notices
        + (published.map { ["this is the layout of a data set whose labels \($0):\(location) reads"] } ?? []))
  }

  /// Takes the images that a table names: by their paths below the folder, or these without the extension.
  private init(_ files: ImageFiles, labels url: URL, location: String) throws(MVError) {
    self.files = files
    let root = try ImageTree(of: files.tree)
    let images = root.allImages
    var known: [ExactText: String] = [:]
    for image in images { known[ExactText(ImageNames.stem(image))] = image }
    for image in images { known[ExactText(image)] = image }
    func id(_ name: String) -> String? { known[ExactText(name)] ?? known[ExactText(files.tree.shortest(name))] }
    let list = try ImageList(contentsOf: url) { id($0) != nil }
    let (rows, missing) = try list.rows(id: { id($0) }, identity: { files.tree.shortest($0) })
    var notices: [String] = []
    if let first = missing.first {
      notices.append(
        "\(missing.count) of \(list.entries.count) images that \(list.path) names are not there, "
          + "for example \(first.file): left out")
    }
    let used = rows.splits.reduce(0) { $0 + $1.ids.count }
    guard used > 0 else {
      throw .badData(
        list.path, "names no image of \(location)", remedy: "name each by its path below the folder")
    }
    if used < images.count { notices.append("\(images.count - used) images that \(list.path) does not name left out") }
    if !root.badLinks.isEmpty { notices.append("\(root.badLinks.count) links that lead nowhere, or back, left out") }
    contents = try rows.contents(
      name: "folder", location: location, classNames: list.classNames, files: files, labeled: true,
      notices: [list.understood(rows)] + notices)
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try files.images(Array(split.ids[rows]), shape: split.shape)
  }
}

extension ImageFolder: PhotographSource {
  /// The image file of a row.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    Photograph(split.ids[row], of: files)
  }
}
