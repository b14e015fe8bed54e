import Foundation
import MVCore
import MVDatasets
import MVFiles
import TestSupport
import Testing

/// Links are followed, and every name of a file is its own.
struct LinkAndNameTests {
  private let layout: LayoutFolder

  init() throws { layout = try LayoutFolder() }

  private func put(_ paths: String...) throws { for path in paths { try layout.put(color: (9, 9, 9), path) } }

  @Test func linksToFoldersAreFollowed() throws {
    try put("store/train/a/1.png", "store/train/b/1.png", "store/val/a/1.png", "store/val/b/1.png")
    try layout.link("root", to: "store")
    try put("own/train/b/1.png", "deep/a/own.png", "deep/b/1.png")
    try layout.link("own/train/a", to: "../../store/train/a")
    try layout.link("own/val", to: "../store/val")
    try layout.link("deep/a/more", to: "../../store/train/a")
    let root = try ImageFolder(directory: layout.url.appending(path: "root"))
    #expect(root.splits.map(\.count) == [2, 2] && root.splits[0].ids[0] == "train/a/1.png")
    let own = try ImageFolder(directory: layout.url.appending(path: "own"))
    #expect(own.splits.map(\.count) == [2, 2] && own.contents.classNames == ["a", "b"])
    let deep = try ImageFolder(directory: layout.url.appending(path: "deep"))
    #expect(deep.splits[0].ids == ["a/own.png", "a/more/1.png", "b/1.png"])
    #expect(try deep.images(0..<3, of: deep.splits[0]).count == 3)
  }

  @Test func loopsAndLinksToNowhereAreSaid() throws {
    try put("set/a/1.png", "set/b/1.png")
    try layout.link("set/a/up", to: "..")
    try layout.link("set/c", to: "gone")
    let source = try ImageFolder(directory: layout.url.appending(path: "set"))
    #expect(source.splits.map(\.count) == [2])
    let notice = try #require(source.contents.notices.first { $0.contains("links left out") })
    #expect(notice.hasPrefix("2 links") && notice.contains("a/up") && notice.contains("c"))
  }

  @Test func theFoldersOfPublishedSetsMayBeLinks() throws {
    try layout.put("n01\n", "tiny/wnids.txt")
    try put("store/n01/images/x.JPEG")
    try layout.link("tiny/train", to: "../store")
    #expect(try TinyImageNet(directory: layout.url.appending(path: "tiny")).splits.map(\.count) == [1])
    try put("in/train/n02/1.png")
    try layout.link("in/train/n01", to: "../../store/n01")
    #expect(try ImageNet(directory: layout.url.appending(path: "in")).contents.classNames == ["n01", "n02"])
  }

  @Test func composedAndDecomposedLettersAreTwoClasses() throws {
    try put("caf\u{E9}/1.png", "cafe\u{301}/1.png", "plain/\u{301}mark.png")
    let source = try ImageFolder(directory: layout.url)
    #expect(
      source.contents.classNames.map { Array($0.utf8) } == ["cafe\u{301}", "caf\u{E9}", "plain"].map { Array($0.utf8) })
    #expect(source.splits[0].labels == .single([0, 1, 2]))
    #expect(try source.images(0..<3, of: source.splits[0]).count == 3)
    let archive = try ImageFolder(
      directory: try layout.pack("caf\u{E9}", "cafe\u{301}", "plain", into: "names.tar"))
    #expect(archive.splits[0].ids == source.splits[0].ids && archive.splits[0].labels == source.splits[0].labels)
  }

  @Test func namesThatAreNoUTF8AreKept() throws {
    try layout.put(raw: Array("plain/latin".utf8) + [0xE9] + Array(".png".utf8))
    try layout.put(raw: Array("plain/latin\\xe9.png".utf8))
    try layout.put(raw: Array("latin_".utf8) + [0xFF] + Array("/1.png".utf8))
    let source = try ImageFolder(directory: layout.url)
    #expect(source.contents.classNames == ["latin_\\xff", "plain"])
    #expect(Array(source.splits[0].ids) == ["latin_\\xff/1.png", "plain/latin\\x5cxe9.png", "plain/latin\\xe9.png"])
    #expect(try source.images(0..<3, of: source.splits[0]).count == 3)
  }

  @Test func everyNameComesBackFromItsText() {
    var generator = SeededGenerator(seed: 3)
    let letters: [UInt8] = Array("\\x5ce9a/".utf8) + [0xC3, 0xA9, 0xFF, 0x80, 0xE2, 0x82, 0xAC, 0xF0]
    var texts: [String: [UInt8]] = [:]
    for _ in 0..<20_000 {
      let name = (0..<Int.random(in: 1...9, using: &generator)).map { _ in letters.randomElement(using: &generator)! }
      let text = FileName.text(name)
      #expect(FileName.bytes(text) == name)
      let key = Array(text.utf8).map(String.init).joined(separator: ",")
      #expect(texts.updateValue(name, forKey: key).map { $0 == name } ?? true)
    }
    #expect(FileName.text(Array("a\\b é".utf8)) == "a\\b é")
  }

  /// All that may be wrong with one file: it is that image which is bad, not the disk.
  @Test func filesThatCannotBeReadAreMissingInput() throws {
    try put("a/1.png", "a/2.png", "a/3.png")
    try layout.put("", "a/4.png")
    try layout.link("a/5.png", to: "gone.png")
    let source = try ImageFolder(directory: layout.url)
    #expect(source.splits[0].count == 5)
    try FileManager.default.removeItem(at: layout.url.appending(path: "a/2.png"))
    for (row, kind) in [(1, MVError.Kind.missingInput), (3, .badData), (4, .missingInput)] {
      let error = failure { _ = try source.images(row..<row + 1, of: source.splits[0]) }
      #expect(error?.kind == kind && error?.subject.hasSuffix("a/\(row + 1).png") == true)
    }
    guard getuid() != 0 else { return }
    _ = chmod(layout.url.appending(path: "a/3.png").path, 0)
    #expect(failure { _ = try source.images(2..<3, of: source.splits[0]) }?.kind == .missingInput)
  }
}
