import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVDownload

struct DownloadTests {
  private let folder: TemporaryFolder
  private let archive: Data
  private let sum: String

  /// An archive of a folder `set` with one large file that does not compress.
  init() throws {
    folder = try TemporaryFolder()
    let source = folder.url.appending(path: "source/set/deep")
    try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
    var generator = SeededGenerator(seed: 3)
    try Data((0..<300_000).map { _ in UInt8(generator.integer(below: 256)) }).write(to: source.appending(path: "a.bin"))
    try Data("text".utf8).write(to: source.deletingLastPathComponent().appending(path: "b.txt"))
    let file = folder.url.appending(path: "set.tar.gz")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tar", "-C", folder.url.appending(path: "source").path, "-czf", file.path, "set"]
    try process.run()
    process.waitUntilExit()
    archive = try Data(contentsOf: file)
    sum = archive.withUnsafeBytes { MD5.text(of: $0) }
  }

  private var target: URL { folder.url.appending(path: "target") }

  private func set(
    _ server: LoopbackServer, md5: String? = nil, path: String = "/set.tar.gz", size: Int? = nil
  ) -> PublishedDataset {
    PublishedDataset(
      name: "set", files: [PublishedFile(server.address(path), md5: md5 ?? sum, size: size)], folder: "set")
  }

  private func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []).sorted()
  }

  private func failure(_ body: () throws -> Void) -> MVError? {
    do {
      try body()
      return nil
    } catch { return error as? MVError }
  }

  private func expectWhole() throws {
    let original = folder.url.appending(path: "source/set/deep/a.bin")
    #expect(try Data(contentsOf: target.appending(path: "set/deep/a.bin")) == Data(contentsOf: original))
    #expect(try Data(contentsOf: target.appending(path: "set/b.txt")) == Data("text".utf8))
  }

  @Test func fetchesVerifiesAndUnpacks() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    #expect(try set(server).download(to: target).path == target.appending(path: "set").path)
    try expectWhole()
    #expect(names() == ["set"], "the archive is deleted")
    _ = try set(server).download(to: target)
    #expect(server.requests.count == 1, "a set that is there is not fetched again")
    try FileManager.default.removeItem(at: target)
    _ = try set(server).download(to: target, keepingArchives: true)
    #expect(names() == ["set", "set.tar.gz"])
    try FileManager.default.removeItem(at: target.appending(path: "set"))
    _ = try set(server).download(to: target)
    #expect(server.requests.count == 2, "an archive that is there is used")
  }

  @Test func aBrokenDownloadGoesOn() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive], cuts: [100_000])
    defer { server.stop() }
    let once = Downloader(retries: 0)
    let broken = failure { _ = try set(server).download(to: target, with: once) }
    #expect(broken?.kind == .inputOutput && broken?.remedy.contains("goes on") == true)
    #expect(names() == ["set.tar.gz.partial"])
    _ = try set(server).download(to: target, with: once)
    try expectWhole()
    #expect(server.requests.map(\.start) == [nil, 100_000])
    #expect(names() == ["set"])
  }

  @Test func retriesGoOnAfterAPause() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive], cuts: [50_000, 60_000])
    defer { server.stop() }
    let start = ContinuousClock.now
    _ = try set(server).download(to: target, with: Downloader(pause: 0.1))
    #expect(ContinuousClock.now - start > .seconds(0.3), "a tenth of a second, then two")
    try expectWhole()
    #expect(server.requests.map(\.start) == [nil, 50_000, 110_000])
  }

  @Test func aServerWithoutRangesSendsAllAgain() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive], cuts: [50_000], honorsRanges: false)
    defer { server.stop() }
    _ = try set(server).download(to: target, with: Downloader(pause: 0))
    try expectWhole()
  }

  @Test func wrongSumsLeaveNothing() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    let wrong = failure { _ = try set(server, md5: String(repeating: "0", count: 32)).download(to: target) }
    #expect(wrong?.kind == .badData && wrong?.problem.contains(sum) == true)
    #expect(names() == [])
  }

  @Test func whatAnotherVersionLeftIsReplaced() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    for junk in [Data(count: 1000), archive + Data(count: 10)] {
      try? FileManager.default.removeItem(at: target.appending(path: "set"))
      try junk.write(to: target.appending(path: "set.tar.gz.partial"))
      _ = try set(server).download(to: target)
      try expectWhole()
    }
    // All of it was there already: the server has nothing more, and the sum is right.
    try FileManager.default.removeItem(at: target.appending(path: "set"))
    try archive.write(to: target.appending(path: "set.tar.gz.partial"))
    _ = try set(server).download(to: target)
    try expectWhole()
  }

  @Test func refusalsAreNamed() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    let missing = failure { _ = try set(server, path: "/no.tar.gz").download(to: target) }
    #expect(missing?.problem == "the server answers 404" && missing?.subject == server.address("/no.tar.gz"))
    let nowhere = PublishedDataset(
      name: "set", files: [PublishedFile("http://127.0.0.1:1/set.tar.gz", md5: sum)], folder: "set")
    #expect(failure { _ = try nowhere.download(to: target) }?.problem.hasPrefix("cannot be reached") == true)
    let file = PublishedDataset(
      name: "set", files: [PublishedFile("file:///etc/hostname", md5: sum)], folder: "set")
    #expect(failure { _ = try file.download(to: target) }?.kind == .inputOutput, "no protocols but HTTP")
    let other = PublishedDataset(
      name: "set", files: [PublishedFile(server.address("/set.tar.gz"), md5: sum)], folder: "other")
    #expect(failure { _ = try other.download(to: target) }?.problem == "does not hold the folder other")
    #expect(names() == ["set.tar.gz"], "no half-unpacked folder is left")
  }

  @Test func aStoppedDownloadSaysSo() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    let cancellation = Cancellation()
    cancellation.cancel()
    let stopped = failure {
      _ = try set(server).download(to: target, cancellation: cancellation)
    }
    #expect(stopped?.kind == .interrupted)
  }

  /// A server that answers nothing does not keep the user from stopping: curl alone would wait for a minute.
  @Test func aSilentServerIsLeftAtOnce() throws {
    let server = try LoopbackServer([:], isSilent: true)
    defer { server.stop() }
    let cancellation = Cancellation()
    Thread.detachNewThread {
      while server.requests.isEmpty { usleep(1000) }
      cancellation.cancel()
    }
    let start = ContinuousClock.now
    let stopped = failure { _ = try set(server).download(to: target, cancellation: cancellation) }
    #expect(stopped?.kind == .interrupted)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func noMoreIsFetchedThanTheFileHas() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive + Data(count: 1_000_000)])
    defer { server.stop() }
    let endless = failure { _ = try set(server, size: archive.count).download(to: target) }
    #expect(endless?.kind == .badData && endless?.problem.contains("\(archive.count) bytes") == true)
    let partial =
      try? FileManager.default.attributesOfItem(
        atPath: target.appending(path: "set.tar.gz.partial").path)[.size] as? Int
    #expect(partial ?? 0 <= archive.count)
  }

  /// A length of 2^63 - 1: the sum of it and what is there is no number.
  @Test func lengthsAreNotBelieved() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive], length: "\(Int.max)")
    defer { server.stop() }
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try archive.prefix(1000).write(to: target.appending(path: "set.tar.gz.partial"))
    let broken = failure { _ = try set(server).download(to: target, with: Downloader(retries: 0)) }
    #expect(broken?.kind == .inputOutput, "\(String(describing: broken))")
  }

  @Test func twoDoNotFetchOneFile() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    let other = try FileDescriptor(own: target.appending(path: "set.tar.gz.partial").path)
    #expect(try other.lock())
    let busy = failure { _ = try set(server).download(to: target) }
    #expect(busy?.problem == "is being written by another process" && server.requests.isEmpty)
  }

  /// Neither a link under the name of what is fetched, nor a folder of the user's under that of what is unpacked.
  @Test func whatOthersPutThereIsNotTouched() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    let victim = folder.url.appending(path: "victim")
    try Data("mine".utf8).write(to: victim)
    try FileManager.default.createDirectory(
      at: target.appending(path: ".set.unpacking"), withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: target.appending(path: ".set.unpacking/kept"))
    let partial = target.appending(path: "set.tar.gz.partial")
    try FileManager.default.createSymbolicLink(at: partial, withDestinationURL: victim)
    #expect(failure { _ = try set(server).download(to: target) }?.problem.hasPrefix("is in the way") == true)
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
    try FileManager.default.removeItem(at: partial)
    #expect(failure { _ = try set(server).download(to: target) }?.problem.hasPrefix("is in the way") == true)
    #expect(FileManager.default.fileExists(atPath: target.appending(path: ".set.unpacking/kept").path))
    #expect(server.requests.isEmpty, "it was seen before the work")
  }

  /// Of several files, what is in the way of the last is found before the first is fetched.
  @Test(arguments: ["set", ".set.unpacking", "set.tar.gz", "other.tar.gz", "other.tar.gz.partial"])
  func whatIsInTheWayIsFoundBeforeTheWork(_ name: String) throws {
    let server = try LoopbackServer(["/set.tar.gz": archive, "/other.tar.gz": archive])
    defer { server.stop() }
    let files = ["/set.tar.gz", "/other.tar.gz"].map { PublishedFile(server.address($0), md5: sum, size: nil) }
    let both = PublishedDataset(name: "set", files: files, folder: "set")
    let place = target.appending(path: name)
    for kind in ["link", "pipe"] {
      try? FileManager.default.removeItem(at: target)
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      if kind == "pipe" {
        try #require(mkfifo(place.path, 0o600) == 0)
      } else {
        try FileManager.default.createSymbolicLink(
          at: place, withDestinationURL: folder.url.appending(path: "nowhere"))
      }
      let error = failure { _ = try both.download(to: target) }
      #expect(error?.problem.hasPrefix("is in the way") == true, "\(kind): \(String(describing: error))")
      #expect(names() == [name] && server.requests.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "nowhere").path))
    }
  }

  /// An archive may lie elsewhere: it is read there, and stays.
  @Test func aLinkToAnArchiveStandsForIt() throws {
    let server = try LoopbackServer(["/set.tar.gz": archive])
    defer { server.stop() }
    let elsewhere = folder.url.appending(path: "set.tar.gz")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: target.appending(path: "set.tar.gz"), withDestinationURL: elsewhere)
    _ = try set(server).download(to: target)
    try expectWhole()
    #expect(server.requests.isEmpty)
    #expect(try Data(contentsOf: elsewhere) == archive)
  }

  @Test func namesThatLeadElsewhereAreRefused() throws {
    let file = folder.url.appending(path: "evil.tar")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "tar", "-C", folder.url.path, "-P", "--transform", "s,^source/set/b.txt,../escaped.txt,", "-cf", file.path,
      "source/set/b.txt",
    ]
    try process.run()
    process.waitUntilExit()
    let error = failure { _ = try Unpacking.unpack([file], folder: "set", into: target.appending(path: "inner")) }
    #expect(
      error?.kind == .badData && error?.problem.contains("leads elsewhere") == true, "\(String(describing: error))")
    #expect(!FileManager.default.fileExists(atPath: target.appending(path: "escaped.txt").path))
  }

  @Test func officialSets() throws {
    #expect(PublishedDataset.all.map(\.name) == ["cifar10", "cifar100", "stl10", "tiny-imagenet", "voc07"])
    for set in PublishedDataset.all {
      #expect(set.files.allSatisfy { $0.md5.count == 32 && $0.md5.allSatisfy(\.isHexDigit) })
      #expect(set.files.allSatisfy { $0.size ?? 0 > 100_000_000 })
      #expect(set.mirrored(at: "http://mirror").files.map(\.size) == set.files.map(\.size))
    }
    #expect(try PublishedDataset(named: "cifar20").folder == "cifar-100-binary")
    #expect(failure { _ = try PublishedDataset(named: "mnist") }?.remedy.contains("voc07") == true)
    let mirror = try PublishedDataset(named: "voc07").mirrored(at: "http://mirror/data/")
    #expect(mirror.files.map(\.address)[1] == "http://mirror/data/VOCtest_06-Nov-2007.tar")
  }
}
