import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

/// Which folders that a program would make are among those that a source is read from.
struct ImagesPlaceTests {
  private let layout: LayoutFolder

  init() throws { layout = try LayoutFolder() }

  private func place(_ path: String) -> String { layout.url.appending(path: path).path }

  /// The contents of `KIND:` and paths below the folder, separated by commas.
  private func contents(_ kind: String, _ paths: String...) throws -> SourceContents {
    let places = paths.map { path in
      path.contains("=") ? path.replacing("=", with: "=\(layout.url.path)/") : place(path)
    }
    return try SourceRequest(parsing: "\(kind):\(places.joined(separator: ","))").open().contents
  }

  private func put(_ paths: String...) throws { for path in paths { try layout.put(color: (9, 9, 9), path) } }

  private func expect(
    _ contents: SourceContents, reads read: [String], leaves left: [String],
    at location: SourceLocation = #_sourceLocation
  ) {
    for path in read {
      #expect(contents.wouldRead(folderAt: place(path)), "\(path)", sourceLocation: location)
    }
    for path in left {
      #expect(!contents.wouldRead(folderAt: place(path)), "\(path)", sourceLocation: location)
    }
  }

  @Test func aFolderOfClassesReadsEveryFolder() throws {
    try put("d/a/1.png", "d/b/1.png", "other/1.png")
    try layout.link("alias", to: "d")
    try layout.link("out", to: "d/runs")
    let contents = try contents("folder", "d")
    expect(
      contents, reads: ["d/run", "d/runs/one", "d/a/run", "alias/run", "d/../d/run", "d/./run/", "out"],
      leaves: ["run", "d2", "other/run", "d/.run", "d/.runs/one", "d/a/.cache/x", "d/@eaDir/x", "d", "d/../run"])
    for path in ["d", "alias", "d/", "other/../d"] { #expect(contents.isRead(from: place(path)), "\(path)") }
    for path in ["d/a", "other", "none", ""] { #expect(!contents.isRead(from: place(path)), "\(path)") }
    // What is found to be so is so: an image in that folder makes it a class.
    try put("d/run/1.png")
    #expect(try self.contents("folder", "d").classNames == ["a", "b", "run"])
  }

  @Test func besideSplitFoldersNothingIsRead() throws {
    try put("d/train/a/1.png", "d/train/b/1.png", "d/test/a/1.png")
    expect(try contents("folder", "d"), reads: ["d/train/run", "d/test/a/run"], leaves: ["d/run", "d/runs/one"])
    expect(
      try contents("folder", "train=d/train", "test=d/test"), reads: ["d/train/run", "d/test/x"], leaves: ["d/run"])
    #expect(try contents("folder", "train=d/train", "test=d/test").isRead(from: place("d/test")))
    expect(try contents("imagenet", "d"), reads: ["d/train/run"], leaves: ["d/run"])
  }

  @Test func whereAListSaysWhatIsReadNoOtherFolderIs() throws {
    try put("d/a/1.png", "d/b/1.png")
    try layout.put("file,class\na/1.png,x\nb/1.png,y\n", "labels.csv")
    try layout.put("a/1.png\n", "list.txt")
    expect(try contents("folder", "d", "labels.csv"), reads: [], leaves: ["d/run"])
    expect(try contents("files", "list.txt", "d"), reads: [], leaves: ["d/run"])
    #expect(try contents("files", "list.txt", "d").isRead(from: place("d")))
    let drawn = try SourceRequest(parsing: "synthetic:20").open().contents
    #expect(!drawn.wouldRead(folderAt: place("d/run")) && !drawn.isRead(from: place("d")))
  }
}
