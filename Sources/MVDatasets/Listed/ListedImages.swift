public import Foundation
public import MVCore
public import MVImaging

/// The image files that a list names, with the class and the split of each where the list says so.
///
/// A list is a table (`.csv`, `.tsv`) with columns for file, class and split, or a text with one file a line and its
/// class after a tab. An id is the file's name as it stands in the list.
public struct ListedImages: ImageSource {
  /// What the source holds: splits, class names, place.
  public let contents: SourceContents
  private let files: ImageFiles

  /// Reads a list; names that are not absolute are those of files below `directory`, or below the list's own folder.
  ///
  /// `framing` and `decoding` are as for ``ImageFolder``. Notices count the files that are not there; reading one of
  /// these is an error. Throws where the list or the folder is missing, the list is damaged or names a file twice, or
  /// no image can be read.
  public init(
    list url: URL, directory: URL? = nil, framing: Framing? = nil, decoding: Decoding = Decoding()
  ) throws(MVError) {
    let folder = directory ?? URL(filePath: (url.path as NSString).deletingLastPathComponent)
    let tree = try FileTree(
      folder.path.isEmpty ? URL(filePath: ".") : folder, hint: "give the folder that the files lie below")
    let files = ImageFiles(tree: tree, framing: framing, decoding: decoding)
    let list = try ImageList(contentsOf: url) { tree.contains($0) }
    let rows = try list.rows(id: { $0 }, identity: { tree.shortest($0) }).rows
    let notices = rows.splits.compactMap { files.notice(ofMissing: $0.ids, in: $0.name) }
    self.files = files
    contents = try rows.contents(
      name: "files", location: url.path, classNames: list.classNames, files: files, labeled: true,
      notices: [list.understood(rows)] + notices)
  }

  /// Reads the images of `rows`, resized where a size was given.
  ///
  /// Throws where an image cannot be read or does not have the split's shape.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    try files.images(Array(split.ids[rows]), shape: split.shape)
  }
}

extension ListedImages: PhotographSource {
  /// The image file of a row.
  package func photograph(of row: Int, in split: SourceSplit) -> Photograph? {
    Photograph(split.ids[row], of: files)
  }
}
