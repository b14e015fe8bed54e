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
    #expect(throws: MVError.self) { try AtomicFile.write("x", to: url) }
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
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
}
