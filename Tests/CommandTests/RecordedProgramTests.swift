import Foundation
import TestSupport
import Testing

/// TorchScript is a program: one that only a file names is run where that file is the user's own, and where it is the
/// one that the run was trained with.
@Suite(.serialized) struct RecordedProgramTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default
  private static let small = [
    "encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=8", "threads=1", "validate_every=0",
  ]

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func run(_ words: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
  }

  /// Puts a network under the name `t.pt`: `tiny` is one, and `broken` says that it gives a tuple once it is run.
  private func put(_ network: String) throws {
    try? manager.removeItem(at: place("t.pt"))
    try manager.copyItem(at: Fixture.url("teacher/\(network).pt"), to: place("t.pt"))
  }

  private func train() throws {
    try put("tiny")
    let words = ["train", "synthetic:32", "--teacher", "t.pt,normalization=none", "--output", "run"]
    let made = try run(words + (Self.small + ["epochs=1"]).flatMap { ["--set", $0] })
    try #require(made.status == 0, "\(made.errors)")
  }

  @Test func anotherProgramUnderTheNameIsNotRun() throws {
    try train()
    try put("broken")
    let resumed = try run(["train", "--resume", "--output", "run", "--set", "epochs=2"])
    #expect(resumed.status == 65 && resumed.errors.contains("another file of teacher teacher"), "\(resumed.errors)")
    #expect(!resumed.errors.contains("tuple"))
    // Under a name that the run does not know, either.
    let settings = Self.small.map { $0.replacing("=", with: ": ") }.joined(separator: "\n")
    let teacher = "teachers: [{name: other, path: t.pt}]"
    try Data("source: synthetic:32\nepochs: 2\n\(settings)\n\(teacher)\n".utf8).write(to: place("own.yaml"))
    let named = try run(["train", "--resume", "--output", "run", "--config", "own.yaml"])
    #expect(named.status != 0 && !named.errors.contains("tuple"), "\(named.errors)")
    try put("tiny")
    let whole = try run(["train", "--resume", "--output", "run", "--set", "epochs=2"])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.errors.contains("note: the teachers ") && whole.errors.contains("t.pt, as "), "\(whole.errors)")
  }

  /// As under `train`, for each run of a sweep that has begun.
  @Test func aSweepThatGoesOnRunsNoOtherProgram() throws {
    try put("tiny")
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "mvmr")
    process.arguments =
      ["sweep", "synthetic:32", "--teacher", "t.pt,normalization=none", "--output", "sweep", "--held-out", "0.5"]
      + (Self.small + ["epochs=1000000"]).flatMap { ["--set", $0] }
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    func checkpoints() -> [String] {
      (manager.subpaths(atPath: place("sweep").path) ?? []).filter { $0.hasSuffix("/last.ckpt") }
    }
    while process.isRunning, checkpoints().isEmpty { usleep(10_000) }
    process.terminate()
    process.waitUntilExit()
    try #require(process.terminationStatus == 143)
    let checkpoint = try #require(checkpoints().first.map { place("sweep/\($0)") })
    let before = try Data(contentsOf: checkpoint)
    let words = ["sweep", "--resume", "--output", "sweep"]
    // What was there is taken.
    let planned = try run(words + ["--dry-run"])
    #expect(planned.status == 0 && planned.output.contains("to do"), "\(planned.errors)")
    try put("broken")
    for more in [["--dry-run"], []] {
      let resumed = try run(words + more)
      #expect(resumed.status == 65 && resumed.errors.contains("another file of teacher teacher"), "\(resumed.errors)")
      #expect(!resumed.errors.contains("tuple"))
    }
    #expect(try Data(contentsOf: checkpoint) == before)
  }

  /// Only the superuser can make files of others.
  @Test(.enabled(if: geteuid() == 0, "not the superuser")) func programsThatStrangersNameAreNotRun() throws {
    try train()
    let sweep = """
      base:
        source: synthetic:32
        teachers:
          - path: \(place("t.pt").path)
            normalization: none
      \(Self.small.map { "  " + $0.replacingOccurrences(of: "=", with: ": ") }.joined(separator: "\n"))
        epochs: 1
      seeds: 2
      held_out: 0.5

      """
    try Data(sweep.utf8).write(to: place("theirs.yaml"))
    try Data(sweep.prefix(upTo: sweep.range(of: "seeds")!.lowerBound).replacing("base:\n", with: "").utf8)
      .write(to: place("config.yaml"))
    let commands = [
      ["sweep", "theirs.yaml", "--output", "sweep", "--dry-run"], ["sweep", "theirs.yaml", "--output", "sweep"],
      ["train", "--config", "config.yaml", "--output", "other"],
      ["train", "--resume", "--output", "run", "--set", "epochs=2"],
    ]
    try put("broken")
    for name in ["theirs.yaml", "config.yaml", "run/last.ckpt"] {
      try manager.setAttributes([.ownerAccountID: 65534], ofItemAtPath: place(name).path)
    }
    // What the command line names is not the stranger's own.
    try manager.copyItem(at: Fixture.url("teacher/tiny.pt"), to: place("mine.pt"))
    let beside = commands[0] + ["--teacher", "mine.pt,name=mine,normalization=none"]
    for words in commands + [beside] {
      let outcome = try run(words)
      #expect(outcome.status == 64, "\(words): \(outcome.errors)")
      #expect(outcome.errors.contains("another user's") && outcome.errors.contains("t.pt"), "\(outcome.errors)")
    }
    // One's own are run.
    for name in ["theirs.yaml", "config.yaml"] {
      try manager.setAttributes([.ownerAccountID: Int(geteuid())], ofItemAtPath: place(name).path)
    }
    for words in commands[...2] {
      let outcome = try run(words)
      #expect(outcome.status != 0 && outcome.errors.contains("tuple"), "\(words): \(outcome.errors)")
    }
  }
}
