import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

struct AtomicFileTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "kept.txt")
  }

  private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? [] }

  @Test func aFailedWriteLeavesWhatWasThere() throws {
    try AtomicFile.write("first", to: url)
    let error = #expect(throws: MVError.self) {
      try AtomicFile.replace(url) { (file) throws(MVError) in
        try file.write(Array("sec".utf8), at: 0)
        throw .inputOutput(file.path, "is full")
      }
    }
    #expect(error?.subject == url.path, "the error names the file, not what would have become it")
    #expect(try String(contentsOf: url, encoding: .utf8) == "first")
    #expect(names == ["kept.txt"])
  }

  @Test func nothingLongerShowsThroughAShorterFile() throws {
    // What a killed run left is longer than what is written now.
    try Data("a long text that nobody finished".utf8).write(to: folder.url.appending(path: ".kept.txt.creating"))
    try AtomicFile.write("short", to: url)
    try AtomicFile.write("abc", to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "abc")
    #expect(names == ["kept.txt"])
  }

  @Test func aPlantedLinkIsNotFollowed() throws {
    let victim = folder.url.appending(path: "victim")
    try Data("mine".utf8).write(to: victim)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: ".kept.txt.creating"), withDestinationURL: victim)
    let error = #expect(throws: MVError.self) { try AtomicFile.write("x", to: url) }
    #expect(error?.subject.hasSuffix(".kept.txt.creating") == true && error?.problem.hasPrefix("is in the way") == true)
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
  }

  /// A second name of another file, a pipe or a folder under the temporary name: none of them is written to or waited
  /// for.
  @Test(arguments: ["second name", "pipe", "folder"]) func whatIsNoPlainFileIsNotTaken(_ kind: String) throws {
    let place = folder.url.appending(path: ".kept.txt.creating")
    let victim = folder.url.appending(path: "victim")
    try Data("mine".utf8).write(to: victim)
    switch kind {
    case "second name": try FileManager.default.linkItem(at: victim, to: place)
    case "pipe": try #require(mkfifo(place.path, 0o600) == 0)
    default: try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
    }
    let error = #expect(throws: MVError.self) { try AtomicFile.write("x", to: url) }
    #expect(error?.problem.hasPrefix("is in the way") == true, "\(String(describing: error))")
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
    #expect(!FileManager.default.fileExists(atPath: url.path))
  }

  @Test func oneWritesAtATime() throws {
    let held = try #require(
      try AtomicFile.create(url.path, replacing: true) { (_, _) throws(MVError) in
        let error = #expect(throws: MVError.self) { try AtomicFile.write("other", to: url) }
        #expect(error?.problem == "is being written by another process")
      })
    #expect(held.path.hasSuffix(".creating"))
    #expect(try AtomicFile.create(url.path, replacing: false) { (_, _) throws(MVError) in } == nil)
  }

  @Test func aPlaceWithoutRoomIsNamed() throws {
    // Beside a device no file can be made, or its space is none: either way the error names the file.
    let error = #expect(throws: MVError.self) { try AtomicFile.write("x", to: URL(filePath: "/proc/none/x")) }
    #expect(error?.subject == "/proc/none/x")
  }

  @Test func jsonKeysMayHaveOldNames() throws {
    struct Value: Codable, Equatable { let center: [Int] }
    try AtomicFile.write("{\"centre\":[1,2]}", to: url)
    let value: Value = try CanonicalJSON.value(in: url, what: "a value", renamed: ["centre": "center"])
    #expect(value == Value(center: [1, 2]))
    #expect(throws: MVError.self) { try CanonicalJSON.value(Value.self, in: url, what: "a value") }
  }

  @Test func linesEndAsOnAnySystem() throws {
    try AtomicFile.write("a\r\nb\n\nc\n", to: url)
    #expect(try WholeFile.lines(of: url) == ["a", "b", "", "c"])
    try AtomicFile.write(Data([0xff, 0xfe, 0x0a]), to: url)
    #expect(throws: MVError.self) { try WholeFile.lines(of: url) }
    let missing = #expect(throws: MVError.self) {
      try WholeFile.lines(of: folder.url.appending(path: "none"), remedy: "give one")
    }
    #expect(missing?.kind == .missingInput && missing?.remedy == "give one")
  }

  /// A link is written through, whether something stands at its end or not, from any folder.
  @Test func linksAreWrittenThrough() throws {
    let manager = FileManager.default
    let disk = folder.url.appending(path: "disk")
    try manager.createDirectory(at: disk, withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: url.path, withDestinationPath: "second")
    let second = folder.url.appending(path: "second")
    try manager.createSymbolicLink(atPath: second.path, withDestinationPath: "disk/end.txt")
    for text in ["first", "longer than the first", "last"] {
      try AtomicFile.write(text, to: url)
      #expect(try String(contentsOf: disk.appending(path: "end.txt"), encoding: .utf8) == text)
      #expect(try manager.destinationOfSymbolicLink(atPath: url.path) == "second")
    }
    #expect(try manager.contentsOfDirectory(atPath: disk.path) == ["end.txt"])
    let place = folder.url.appending(path: "place")
    try manager.createSymbolicLink(atPath: place.path, withDestinationPath: "disk/inner")
    try AtomicFolder.write(place) { (temporary) throws(MVError) in
      try AtomicFolder.write(Data("x".utf8), "x.txt", in: temporary)
    }
    #expect(manager.fileExists(atPath: disk.appending(path: "inner/x.txt").path))
  }

  @Test func linksThatLeadNowhereAreAnError() throws {
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: url.lastPathComponent)
    let error = #expect(throws: MVError.self) { try AtomicFile.write("x", to: url) }
    #expect(error?.kind == .inputOutput && error?.subject == url.path)
    #expect(names == ["kept.txt"])
  }

  /// Devices and pipes get the bytes, and stay what they are.
  @Test func whatIsNoFileIsNotReplaced() throws {
    try AtomicFile.write("x", to: URL(filePath: "/dev/null"))
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    let error = #expect(throws: MVError.self) { try AtomicFile.write("x", to: URL(filePath: "/dev/full")) }
    #expect(error?.kind == .inputOutput)
    let pipe = folder.url.appending(path: "pipe").path
    try #require(mkfifo(pipe, 0o600) == 0)
    // Both ends are open, so that neither waits for the other.
    let ends = open(pipe, O_RDWR)
    defer { close(ends) }
    try AtomicFile.write("abc", to: URL(filePath: pipe))
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(ends, &bytes, 8) == 3 && bytes.prefix(3) == [97, 98, 99])
  }

  @Test func foldersAreNoFiles() {
    let error = #expect(throws: MVError.self) { try WholeFile.bytes(of: folder.url) }
    #expect(error?.kind == .usage && error?.problem == "is a folder, not a file")
  }
}
