import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// What may happen to a real `mvmr extract`: it is killed, stopped, run twice, out of room, or its source changes.
@Suite(.serialized) struct FaultTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Every value, label and mark that a reader sees.
  private func contents(_ path: String) throws -> [String] {
    let file = try FeatureFile(reading: URL(filePath: path))
    #expect(try file.verify().missingBlocks == 0)
    return try file.splits.flatMap { split in
      ["\(split.labels)", "\(Array(split.ids))", "\(split.skipped)"]
        + (try split.representations.map { representation in
          try split.features(representation.name).matrix.values.withUnsafeBytes {
            $0.reduce(into: UInt64(5381)) { $0 = $0 &* 33 &+ UInt64($1) }.description
          }
        })
    }
  }

  private func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// What a file has marked; every marked block must hold what its checksum says.
  private struct Marks {
    let blocks: Int
    /// Rows of which every representation is there.
    let rows: Int
    let isComplete: Bool

    init(_ path: String) throws {
      let file = try FeatureFile(reading: URL(filePath: path))
      let found = try file.verify()
      blocks = found.blocks
      isComplete = found.missingBlocks == 0
      // A block's representations are marked in their order, so that the last is there only with the others.
      rows = file.description.splits.reduce(0) { $0 + ($1.representations.last?.doneRows ?? 0) }
    }
  }

  /// Killed at fifty instants and resumed by the same command each time, files end equal to uninterrupted ones.
  ///
  /// Nothing that was marked is lost, wrong or computed again.
  @Test func killedAtFiftyInstants() throws {
    let options = [
      "synthetic:3000", "--representation", "hog", "--representation", "lbp", "--jobs", "2", "--sync-interval", "0.01",
    ]
    let tool = Tool.folder.appending(path: "mvmr")
    let whole = path("whole.h5")
    let clock = ContinuousClock.now
    let made = try Tool.run(tool, ["extract"] + options + ["--output", whole])
    try #require(made.status == 0, "\(made.errors)")
    let span = (ContinuousClock.now - clock) / .microseconds(1)
    let expected = try contents(whole)
    var random = SeededGenerator(seed: 50)
    var file = path("0.h5")
    // In the middle: the kill left blocks of its own run marked and others missing. Resumed: such a run began with the
    // blocks of an earlier kill.
    var (attempts, killed, inTheMiddle, resumed, finished) = (0, 0, 0, 0, 0)
    var before = 0
    // Fifty, and more only where the machine is so busy that too few of them fell in the middle.
    var isEnough: Bool { killed >= 25 && inTheMiddle >= 10 && resumed >= 3 && finished >= 5 }
    while attempts < 50 || (!isEnough && attempts < 200) {
      attempts += 1
      let process = try start(["extract"] + options + ["--output", file])
      usleep(UInt32(span * 0.6 * random.uniform()))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let wasKilled = process.terminationReason == .uncaughtSignal
      if wasKilled { killed += 1 }
      var marks: Marks?
      // What stands under the name at any instant is a feature file.
      if FileManager.default.fileExists(atPath: file) {
        let now = try Marks(file)
        #expect(now.blocks >= before, "attempt \(attempts) lost blocks that were marked")
        if wasKilled, now.blocks > before, !now.isComplete {
          inTheMiddle += 1
          if before > 0 { resumed += 1 }
        }
        before = now.blocks
        marks = now
      }
      guard marks?.isComplete == true || attempts % 10 == 0 else { continue }
      let last = try Tool.run(tool, ["extract"] + options + ["--output", file, "--json"])
      #expect(last.status == 0, "\(last.errors)")
      // Not a row of a marked block is computed again.
      #expect(try last.json()["rows_before"] as? Int == marks?.rows ?? 0, "\(last.output)")
      #expect(try contents(file) == expected)
      finished += 1
      try FileManager.default.removeItem(atPath: file)
      file = path("\(attempts).h5")
      before = 0
    }
    let counts =
      "\(attempts) starts, \(killed) killed, \(inTheMiddle) in the middle, \(resumed) of them resumed, \(finished) files"
    print("killedAtFiftyInstants: \(counts)")
    #expect(isEnough, "\(counts)")
  }

  @Test func twoIntoOneFile() throws {
    let options = [
      "extract", "synthetic:3000", "--representation", "scattering", "--jobs", "1", "--output", path("a.h5"),
    ]
    let first = try start(options)
    defer {
      kill(first.processIdentifier, SIGKILL)
      first.waitUntilExit()
    }
    while first.isRunning, !FileManager.default.fileExists(atPath: path("a.h5")) { usleep(1000) }
    // It keeps its lock while it stands still.
    kill(first.processIdentifier, SIGSTOP)
    for more in [[], ["--overwrite"]] {
      let second = try Tool.run(Tool.folder.appending(path: "mvmr"), options + more)
      #expect(second.status == 74 && second.errors.contains("is being written by another process"), "\(second.errors)")
    }
  }

  @Test func aTargetThatMayNotBeWritten() throws {
    let options = ["synthetic:40", "--representation", "hog", "--output"]
    let tool = Tool.folder.appending(path: "mvmr")
    let system = try Tool.run(tool, ["extract"] + options + ["/proc/a.h5"])
    #expect([66, 74].contains(system.status) && system.errors.contains("/proc/a.h5"), "\(system.errors)")
    let isFolder = try Tool.run(tool, ["extract"] + options + [folder.url.path])
    #expect(isFolder.status == 64 && isFolder.errors.contains("is not a file"), "\(isFolder.errors)")
    guard getuid() != 0 else { return }
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path) }
    let denied = try Tool.run(tool, ["extract"] + options + [path("a.h5")])
    #expect(denied.status == 74 && denied.errors.contains(path("a.h5")), "\(denied.errors)")
  }

  @Test func aSourceThatHasChanged() throws {
    let photos = folder.url.appending(path: "photos")
    let images = try Fixture.images("images/rgb32")
    for name in ["a/1", "a/2", "b/1", "b/2"] {
      let url = photos.appending(path: "\(name).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try images[0].writePNG(to: url)
    }
    let arguments = ["extract", "folder:\(photos.path)", "--representation", "hog", "--output", path("a.h5")]
    let tool = Tool.folder.appending(path: "mvmr")
    #expect(try Tool.run(tool, arguments).status == 0)
    try images[1].writePNG(to: photos.appending(path: "b/1.png"))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: photos.appending(path: "b/1.png").path)
    let changed = try Tool.run(tool, arguments)
    #expect(changed.status == 64 && changed.errors.contains("another state of the source"), "\(changed.errors)")
    try FileManager.default.removeItem(at: photos.appending(path: "a/2.png"))
    let fewer = try Tool.run(tool, arguments)
    #expect(fewer.status == 64 && fewer.errors.contains("rows of"), "\(fewer.errors)")
  }

  @Test func controlCFinishesTheBlocksInFlight() throws {
    let arguments = [
      "extract", "synthetic:3000", "--representation", "scattering", "--jobs", "1", "--output", path("a.h5"),
    ]
    let process = try start(arguments)
    while process.isRunning, !FileManager.default.fileExists(atPath: path("a.h5")) { usleep(1000) }
    usleep(50_000)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(try FeatureFile(reading: URL(filePath: path("a.h5"))).verify().blocks > 0)
  }

  /// The plain file stays whole, and the same command packs it.
  @Test func controlCWhilePacking() throws {
    let arguments = [
      "extract", "synthetic:1000", "--representation", "pixels", "--jobs", "2", "--compress", "--output", path("a.h5"),
    ]
    let process = try start(arguments)
    // The hidden name comes up again, after the file has its own, when packing begins.
    let hidden = path(".a.h5.creating")
    while process.isRunning, !FileManager.default.fileExists(atPath: path("a.h5")) { usleep(200) }
    while process.isRunning, !FileManager.default.fileExists(atPath: hidden) { usleep(200) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(!FileManager.default.fileExists(atPath: hidden))
    let left = try contents(path("a.h5"))
    let again = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try contents(path("a.h5")) == left)
    #expect(try Tool.mvmr("inspect", path("a.h5")).output.contains("compressed"))
  }
}
