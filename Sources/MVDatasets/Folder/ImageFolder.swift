public import Foundation
public import MVCore
internal import MVFiles
public import MVImaging

/// A folder of image files, laid out as `split/class/image`, `class/image`, `split/image` or just `image`.
///
/// Classes are the sorted folder names, as in torchvision's `ImageFolder`; images outside class folders are unlabeled.
/// Without split folders there is one split, `all`.
public struct ImageFolder: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let files: ImageFiles

  /// Lists the images of `directory`.
  ///
  /// With a `size`, each image is resized to cover it and cut to its center (antialiased bilinear); without one, all
  /// images must have the size of the first.
  ///
  /// Throws where the folder is missing or holds no images, or where no image can be read.
  public init(directory: URL, size: ImageSize? = nil, decoding: Decoding = Decoding()) throws(MVError) {
    try self.init(directory: directory, size: size, decoding: decoding, name: "folder", keeping: nil)
  }

  /// Lists the images of the classes in `chosen` only, or of all where it is nil; `name` is the kind of source.
  init(
    directory: URL, size: ImageSize?, decoding: Decoding, name kind: String, keeping chosen: Set<String>?
  ) throws(MVError) {
    guard try InputPath.isFolder(directory) else {
      throw .badData(directory.path, "is a file", remedy: "give the folder that holds the images")
    }
    let root = directory.standardizedFileURL
    files = ImageFiles(
      tree: try FileTree(root, hint: "give the folder that holds the images"), size: size, decoding: decoding)

    let top = try FolderListing(root)
    let splitFolders = FolderListing.splitNames.compactMap { name in
      top.folders.first { $0.lastPathComponent == name }
    }
    let parts = splitFolders.isEmpty ? [("all", root)] : splitFolders.map { ($0.lastPathComponent, $0) }
    let scanned = try parts.map { (name, url) throws(MVError) in (name, try Scan(url, keeping: chosen)) }
    let classNames = Set(scanned.flatMap { $0.1.classes.keys })
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var notices = scanned.flatMap { part in part.1.notices.map { "\(part.0): \($0)" } }
    if !splitFolders.isEmpty {
      let outside = top.folders.filter { !splitFolders.contains($0) }.map(\.lastPathComponent)
      if !outside.isEmpty { notices.append("not splits, left out: \(outside.joined(separator: ", "))") }
      if !top.images.isEmpty { notices.append("\(top.images.count) images outside the splits left out") }
    }

    var fingerprint = Fingerprint()
    var splits: [SourceSplit] = []
    for (name, scan) in scanned where !scan.isEmpty {
      var ids: [String] = []
      var labels: [Int64] = []
      for (label, className) in classNames.enumerated() {
        for url in scan.classes[className] ?? [] {
          ids.append(Self.path(of: url, below: root))
          labels.append(Int64(label))
          fingerprint.add(file: url, named: ids[ids.count - 1])
        }
      }
      for url in scan.unlabeled {
        ids.append(Self.path(of: url, below: root))
        labels.append(-1)
        fingerprint.add(file: url, named: ids[ids.count - 1])
      }
      let shape = try files.shape(of: ids)
      splits.append(SourceSplit(name: name, shape: shape, labels: .single(labels), ids: ids))
    }
    guard !splits.isEmpty else {
      throw .missingInput(
        directory.path, "holds no images",
        remedy: "images are \(FolderListing.extensions.sorted().joined(separator: " ")) files in class folders")
    }
    files.addSettings(to: &fingerprint)
    contents = SourceContents(
      name: kind, location: directory.path, classNames: classNames, splits: splits, fingerprint: fingerprint.text,
      notices: notices)
  }

  private static func path(of url: URL, below root: URL) -> String {
    String(url.standardizedFileURL.path.dropFirst(root.path.count).drop { $0 == "/" })
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try files.images(Array(split.ids[rows]), shape: split.shape)
  }
}

extension ImageFolder {
  /// The images of one split folder: those of each class, and those without a class.
  private struct Scan {
    var classes: [String: [URL]] = [:]
    var unlabeled: [URL] = []
    var notices: [String] = []

    var isEmpty: Bool { classes.values.allSatisfy(\.isEmpty) && unlabeled.isEmpty }

    init(_ folder: URL, keeping chosen: Set<String>?) throws(MVError) {
      let listing = try FolderListing(folder)
      var others = listing.others.count
      for classFolder in listing.folders where chosen?.contains(classFolder.lastPathComponent) ?? true {
        let below = try FolderListing.allImages(below: classFolder)
        others += below.others.count
        classes[classFolder.lastPathComponent] = below.images
        if below.images.isEmpty { notices.append("class folder \(classFolder.lastPathComponent) holds no images") }
      }
      if classes.values.allSatisfy(\.isEmpty) {
        classes = [:]
        unlabeled = listing.images
      } else if !listing.images.isEmpty {
        notices.append("\(listing.images.count) images outside class folders left out")
      }
      if others > 0 { notices.append("\(others) files that are not images left out") }
    }
  }
}
