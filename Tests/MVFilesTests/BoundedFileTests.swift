import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

/// No more is read, unpacked or asked for than there is room for.
struct BoundedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  @Test func whatHasNoEndIsReadToALimit() throws {
    let zeros = failure { _ = try WholeFile.bytes(of: URL(filePath: "/dev/zero"), limit: 1 << 20) }
    #expect(zeros?.kind == .badData && zeros?.problem == "holds more than the 1 MiB that are read of it")
    let listed = failure { _ = try SystemPath("/dev/zero").contents(orStream: true, limit: 1 << 21) }
    #expect(listed?.problem == "holds more than the 2 MiB that are read of it")
    try Data(count: 1 << 20).write(to: place("just"))
    try Data(count: 1 << 20 + 1).write(to: place("more"))
    #expect(try WholeFile.bytes(of: place("just"), limit: 1 << 20).count == 1 << 20)
    #expect(failure { _ = try WholeFile.bytes(of: place("more"), limit: 1 << 20) }?.kind == .badData)
    #expect(try WholeFile.bytes(of: URL(filePath: "/dev/null")).isEmpty)
    #expect(try WholeFile.bytes(of: URL(filePath: "/proc/self/status"), orStream: false).count > 100)
  }

  /// A line takes 16 bytes at least, whatever is in it.
  @Test(arguments: ["a\nb\nc", "a\nb\nc\n", "a\r\nb\r\nc\r\n", "a\rb\rc", "\n\n\n", "\r\n\r\n\r\n"])
  func linesAreCountedBeforeTheyAreMade(_ text: String) throws {
    let url = place("lines")
    try Data(text.utf8).write(to: url)
    let lines = try WholeFile.lines(of: url, most: 3)
    #expect(lines.count == 3)
    #expect(try WholeFile.lines(of: text, in: url.path, most: 3) == lines)
    // Of a file and of its text it is the same error, and never no lines.
    let listed = try #require(failure { _ = try WholeFile.lines(of: url, most: 2) })
    let told = try #require(failure { _ = try WholeFile.lines(of: text, in: url.path, most: 2) })
    #expect(listed == told && told.subject == url.path && told.problem == "has more than 2 lines", "\(told)")
    #expect(try WholeFile.lines(of: "", in: url.path, most: 0).isEmpty)
  }

  @Test func onlyPlainFilesAreMapped() throws {
    try #require(mkfifo(place("pipe").path, 0o600) == 0)
    for url in [place("pipe"), URL(filePath: "/dev/zero")] {
      #expect(failure { _ = try WholeFile.mapped(url) }?.problem == "is a pipe or a device, not a file")
      #expect(
        failure { _ = try WholeFile.bytes(of: url, orStream: false) }?.problem == "is a pipe or a device, not a file")
    }
    #expect(failure { _ = try WholeFile.mapped(place("none"), remedy: "give one") }?.remedy == "give one")
    #expect(failure { _ = try WholeFile.mapped(folder.url) }?.problem == "is a folder, not a file")
    try Data().write(to: place("empty"))
    #expect(try WholeFile.mapped(place("empty")).isEmpty)
    try Data([1, 2, 3]).write(to: place("some"))
    #expect(try WholeFile.mapped(place("some")) == Data([1, 2, 3]))
  }

  /// A file that says it is larger than any memory.
  @Test func memoryThatIsNotThereIsAnError() throws {
    let file = open(place("sparse").path, O_RDWR | O_CREAT, 0o600)
    try #require(file >= 0 && ftruncate(file, 1 << 43) == 0)
    close(file)
    let read = failure { _ = try WholeFile.bytes(of: place("sparse"), limit: .max) }
    #expect(read?.kind == .outOfMemory, "\(String(describing: read))")
    let array = failure {
      _ = try LargeArray.make(1 << 60, for: "x") { (_: UnsafeMutableBufferPointer<UInt8>) in }
    }
    #expect(array?.kind == .outOfMemory && array?.subject == "x")
    #expect(failure { try LargeArray.check(1 << 60, for: "x") }?.kind == .outOfMemory)
  }

  @Test func largeArraysHoldWhatIsWritten() throws {
    let count = LargeArray.threshold / 4 + 1
    let values = try LargeArray.make(count, for: "x") { (target: UnsafeMutableBufferPointer<Int32>) in
      for place in 0..<count { target[place] = Int32(place) }
    }
    #expect(values.count == count && values[0] == 0 && values[count - 1] == Int32(count - 1))
    // After an error the next one is not waited for.
    for _ in 0..<2 {
      let error = failure {
        _ = try LargeArray.make(count, for: "x") { (_: UnsafeMutableBufferPointer<Int32>) throws(MVError) in
          throw .badData("y", "is wrong")
        }
      }
      #expect(error?.subject == "y")
    }
  }

  /// A few kilobytes that unpack to megabytes, whether they are read or passed over.
  @Test func archivesGrowToALimit() throws {
    let zeros = place("zeros")
    try Data(count: 8 << 20).write(to: zeros)
    let packed = try Tool.run("tar", "-czf", "a.tar.gz", "zeros", in: folder.url)
    try #require(packed.status == 0, "\(packed.errors)")
    func read(_ growth: ArchiveReader.Growth, passingOver: Bool = false) throws -> Int {
      let reader = try ArchiveReader(place("a.tar.gz"), growth: growth)
      var count = 0
      while try reader.next() != nil {
        if !passingOver { try reader.read { count += $0.count } }
      }
      return count
    }
    let small = ArchiveReader.Growth(bytes: 1 << 20, factor: 10)
    let error = failure { _ = try read(small) }
    #expect(error?.kind == .badData && error?.problem.hasPrefix("unpacks to more than 1 MiB") == true)
    #expect(failure { _ = try read(small, passingOver: true) }?.problem == error?.problem)
    #expect(try read(.dataSet) == 8 << 20)
    #expect(try read(ArchiveReader.Growth(bytes: 0, factor: 100_000)) == 8 << 20)
  }

  @Test func whatStandsInAFolderIsLookedAt() throws {
    try Data("mine".utf8).write(to: place("victim"))
    try AtomicFile.check(["a", "b"], in: place("none"))
    try AtomicFile.check(["a", "victim"], in: folder.url)
    try FileManager.default.createSymbolicLink(at: place("a"), withDestinationURL: place("victim"))
    #expect(failure { try AtomicFile.check(["b", "a"], in: folder.url) }?.subject == place("a").path)
    // One that is planted later is not written through.
    try AtomicFile.write("new", to: place("a"), followsLinks: false)
    #expect(try String(contentsOf: place("victim"), encoding: .utf8) == "mine")
    #expect(try String(contentsOf: place("a"), encoding: .utf8) == "new")
    try AtomicFile.check(["a"], in: folder.url)
    try #require(mkfifo(place(".a.creating").path, 0o600) == 0)
    #expect(failure { try AtomicFile.check(["a"], in: folder.url) }?.subject == place(".a.creating").path)
    try FileManager.default.createSymbolicLink(at: place("run"), withDestinationURL: place("none"))
    #expect(failure { try AtomicFile.checkFolders(["run"], in: folder.url) }?.subject == place("run").path)
  }
}
