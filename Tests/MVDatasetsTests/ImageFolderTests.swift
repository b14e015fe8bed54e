import Foundation
import MVCore
import MVDatasets
import MVImaging
import TestSupport
import Testing

struct ImageFolderTests {
  private let folder: TemporaryFolder
  private let red: Image
  private let wide: Image

  init() throws {
    folder = try TemporaryFolder()
    red = Image(
      shape: ImageShape(height: 8, width: 8, channels: 3), pixels: .uint8([UInt8](repeating: 200, count: 192)))
    wide = try red.resized(to: ImageSize(height: 8, width: 20))
  }

  private func put(_ image: Image, _ path: String) throws {
    let url = folder.url.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try image.writePNG(to: url)
  }

  @Test func splitAndClassFolders() throws {
    for path in [
      "train/zebra/b.png", "train/zebra/a.png", "train/Ant/c.png", "val/zebra/d.png", "train/Ant/deep/e.png",
    ] {
      try put(red, path)
    }
    try Data("hello".utf8).write(to: folder.url.appending(path: "train/Ant/notes.txt"))
    let source = try ImageFolder(directory: folder.url)
    #expect(source.contents.classNames == ["Ant", "zebra"], "sorted by bytes, as Python sorts")
    #expect(source.splits.map(\.name) == ["train", "val"])
    #expect(
      source.splits[0].ids == ["train/Ant/c.png", "train/Ant/deep/e.png", "train/zebra/a.png", "train/zebra/b.png"])
    #expect(source.splits[0].labels == .single([0, 0, 1, 1]))
    #expect(source.splits[1].labels == .single([1]))
    #expect(source.contents.notices.contains { $0.contains("1 files that are not images") })
  }

  @Test func imagesWithoutClassesAreUnlabeled() throws {
    try put(red, "b.png")
    try put(red, "a.png")
    let source = try ImageFolder(directory: folder.url)
    #expect(source.splits.map(\.name) == ["all"])
    #expect(source.splits[0].ids == ["a.png", "b.png"] && source.splits[0].labels == .single([-1, -1]))
  }

  @Test func sizesMustAgreeUnlessOneIsGiven() throws {
    try put(red, "x/a.png")
    try put(wide, "x/b.png")
    let source = try ImageFolder(directory: folder.url)
    let error = #expect(throws: MVError.self) { try source.images(0..<2, of: source.splits[0]) }
    #expect(error?.subject.hasSuffix("x/b.png") == true && error?.remedy.contains("--size") == true)
    let resized = try ImageFolder(directory: folder.url, framing: Framing(ImageSize(height: 6, width: 6)))
    #expect(try resized.images(0..<2, of: resized.splits[0]).shape == ImageShape(height: 6, width: 6, channels: 3))
    #expect(resized.contents.fingerprint != source.contents.fingerprint)
  }

  @Test func emptyMissingAndCorruptAreNamed() throws {
    let empty = #expect(throws: MVError.self) { try ImageFolder(directory: folder.url) }
    #expect(empty?.kind == .missingInput && empty?.problem == "holds no images")
    let missing = #expect(throws: MVError.self) { try ImageFolder(directory: folder.url.appending(path: "no")) }
    #expect(missing?.kind == .missingInput)
    try put(red, "x/a.png")
    try Data("not a picture".utf8).write(to: folder.url.appending(path: "x/b.png"))
    let source = try ImageFolder(directory: folder.url)
    let corrupt = #expect(throws: MVError.self) { try source.images(0..<2, of: source.splits[0]) }
    #expect(corrupt?.kind == .badData && corrupt?.subject.hasSuffix("x/b.png") == true)
  }

  @Test func changedFilesChangeTheFingerprint() throws {
    try put(red, "x/a.png")
    let before = try ImageFolder(directory: folder.url).contents.fingerprint
    #expect(try ImageFolder(directory: folder.url).contents.fingerprint == before)
    try put(wide, "x/a.png")
    #expect(try ImageFolder(directory: folder.url).contents.fingerprint != before)
  }
}
