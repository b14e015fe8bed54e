public import Foundation
public import MVCore
internal import MVFiles
public import MVPages

/// A folder to write `report.html` into, checked before work begins.
///
/// A page of the same kind that is already there is replaced. A page of another kind, or a file that this package did
/// not write, is never touched.
public struct ReportFolder: Hashable, Sendable {
  /// The folder.
  public let url: URL
  /// The kind of page that is written, and that may be replaced.
  public let kind: String

  /// The page's place: `report.html` in the folder.
  public var page: URL { url.appending(path: "report.html") }

  /// Checks that a page of `kind`, and files `beside` it, may be written into the folder, which need not exist yet.
  ///
  /// Throws a usage error where the folder is a file, or holds a `report.html` that is not of `kind`, and another where
  /// a link, or anything else than a plain file, is in the way.
  public init(_ url: URL, kind: String, beside: [String] = []) throws(MVError) {
    self.url = url
    self.kind = kind
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw .usage(
        url.path, "is a file; a report goes into a folder",
        remedy: "give a folder, or a file that ends in .csv or .json for the metrics alone")
    }
    let page = url.appending(path: "report.html")
    try AtomicFile.check([page.lastPathComponent] + beside, in: url)
    guard FileManager.default.fileExists(atPath: page.path) else { return }
    switch Page.kind(of: page) {
    case kind: return
    case let other?:
      throw .usage(page.path, "is a report of another kind (\(other))", remedy: "give another folder")
    case nil:
      throw .usage(page.path, "is not a report that mvmr wrote", remedy: "give another folder, or move the file away")
    }
  }

  /// Creates the folder if needed, and throws where nothing can be written into it: to be called before the work.
  public func prepare() throws(MVError) {
    try Folder.create(url)
    let trial = url.appending(path: ".report.trial")
    try AtomicFile.write("", to: trial, followsLinks: false)
    unlink(trial.path)
  }

  /// Creates the folder if needed and writes the page, whole or not at all; throws where either fails.
  public func write(_ report: Page) throws(MVError) {
    precondition(report.kind == kind, "the page is of another kind")
    try Folder.create(url)
    try report.write(to: page, followsLinks: false)
  }

  /// Writes a file that belongs to the page beside it, whole or not at all; throws where that fails.
  public func write(_ text: String, as name: String) throws(MVError) {
    try AtomicFile.write(text, to: url.appending(path: name), followsLinks: false)
  }
}
