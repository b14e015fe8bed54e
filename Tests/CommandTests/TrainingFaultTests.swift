import Foundation
import MVCore
import TestSupport
import Testing

/// What may happen to a real `mvmr train`: it is killed, runs out of room, or its loss is no number.
@Suite(.serialized) struct TrainingFaultTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func bytes(_ name: String) -> Data? { try? Data(contentsOf: folder.url.appending(path: name)) }

  /// A run of a second or two, most of it the start of libtorch.
  private func arguments(_ run: String, epochs: Int = 40, _ more: String...) -> [String] {
    let settings = [
      "encoder=cifar-resnet", "widths=4-6-8", "projector=16-12", "batch_size=16", "epochs=\(epochs)", "lr=1e-3",
      "policy=cifar", "threads=1", "representations=hog,pixels", "validate_every=5",
    ]
    return ["train", "synthetic:64", "--features", path("features.h5"), "--output", path(run)]
      + (settings + more).flatMap { ["--set", $0] }
  }

  private func extract() throws {
    let made = try Tool.run(
      tool, ["extract", "synthetic:64", "--representation", "hog", "--output", path("features.h5")])
    try #require(made.status == 0, "\(made.errors)")
  }

  private func train(_ arguments: [String], at location: SourceLocation = #_sourceLocation) throws {
    let run = try Tool.run(tool, arguments)
    try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
  }

  /// What no kill may leave behind.
  private func check(_ run: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: path(run))
    #expect(!names.contains { $0.hasSuffix(".creating") }, "\(names)")
    let lines = String(decoding: bytes("\(run)/losses.csv") ?? Data(), as: UTF8.self).split(separator: "\n")
    #expect(lines.dropFirst().map { $0.prefix { $0 != "," } } == (1...40).map { "\($0)" })
  }

  @Test func killedAtManyInstantsAndResumedItEndsInTheSameBytes() throws {
    try extract()
    let clock = ContinuousClock.now
    try train(arguments("whole"))
    let span = (ContinuousClock.now - clock) / .microseconds(1)
    let last = try #require(bytes("whole/last.ckpt"))
    let best = try #require(bytes("whole/best.ckpt"))
    var random = SeededGenerator(seed: 9)
    var (killed, underway) = (0, 0)
    var attempt = 0
    // Five, and more only where the first run was slowed so much that the kills come too late.
    while attempt < 5 || (killed < 4 && attempt < 40) {
      defer { attempt += 1 }
      let run = "run\(attempt)"
      // One is killed several times before it is let go on.
      for _ in 0..<(attempt == 4 ? 4 : 1) {
        let process = Process()
        process.executableURL = tool
        process.arguments = arguments(run) + ["--resume"]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        usleep(UInt32(span * random.uniform(in: 0.1...0.95)))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        killed += process.terminationReason == .uncaughtSignal ? 1 : 0
        if let checkpoint = bytes("\(run)/last.ckpt"), checkpoint != last { underway += 1 }
      }
      try train(arguments(run) + ["--resume"])
      #expect(bytes("\(run)/last.ckpt") == last, "attempt \(attempt)")
      #expect(bytes("\(run)/best.ckpt") == best, "attempt \(attempt)")
      try check(run)
    }
    #expect(killed >= 4, "\(killed) killed, \(underway) of them while training")
  }

  /// `ulimit -f` in blocks of 1024 bytes: a checkpoint does not fit, the logs do.
  private func limited(_ arguments: [String], blocks: Int) throws -> Tool.Outcome {
    let words = ([tool.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try Tool.run(URL(filePath: "/bin/bash"), ["-c", "ulimit -f \(blocks); exec \(words)"])
  }

  @Test func withoutRoomTheLastGoodCheckpointStays() throws {
    try extract()
    let early = try limited(arguments("early"), blocks: 12)
    #expect(early.status == 74, "\(early.status) \(early.errors)")
    #expect(early.errors.contains("File too large") && early.errors.contains(path("early/")), "\(early.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: path("early"))
    #expect(!names.contains { $0.contains("ckpt") }, "\(names)")

    // Stopped in the middle, then resumed without room, then with it.
    try train(arguments("whole"))
    let process = Process()
    process.executableURL = tool
    process.arguments = arguments("part")
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, bytes("part/last.ckpt") == nil { usleep(500) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let good = try #require(bytes("part/last.ckpt"))
    let full = try limited(arguments("part") + ["--resume"], blocks: 12)
    if good != bytes("whole/last.ckpt") {
      #expect(full.status == 74 && full.errors.contains("File too large"), "\(full.status) \(full.errors)")
    }
    #expect(bytes("part/last.ckpt") == good)
    try train(arguments("part") + ["--resume"])
    let whole = try #require(bytes("whole/last.ckpt"))
    #expect(bytes("part/last.ckpt") == whole)
    try check("part")
  }

  @Test func aRunThatDivergesSaysSoAndWritesNoBadCheckpoint() throws {
    try extract()
    let run = try Tool.run(
      tool, arguments("run", epochs: 4, "lr=1000", "wd=1", "optimizer=sgd", "scheduler=constant", "validate_every=0"))
    #expect(run.status == 65, "\(run.status) \(run.errors)")
    let line = try #require(run.errors.split(separator: "\n").last { $0.hasPrefix("mvmr:") })
    #expect(line.contains("finite") && line.contains("lower lr") && line.contains("no checkpoint"), "\(line)")
    let names = try FileManager.default.contentsOfDirectory(atPath: path("run"))
    #expect(!names.contains { $0.contains("ckpt") }, "\(names)")
  }
}
