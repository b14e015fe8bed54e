import Foundation
import MVStore
import TestSupport
import Testing

/// The signals of a terminal that closes, of a batch system and of limits end a work as Ctrl-C does.
@Suite(.serialized) struct SignalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  /// Starts a program through a shell that first does `preparation`, with stderr in a file.
  private func start(_ arguments: [String], preparing preparation: String = ":") throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      ["-c", "\(preparation); exec \"$@\"", "sh", Tool.folder.appending(path: "mvmr").path] + arguments
    try Data().write(to: URL(filePath: path("errors")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: path("errors")))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private var lastError: String {
    let text = (try? String(contentsOf: URL(filePath: path("errors")), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").last.map(String.init) ?? ""
  }

  /// Half a minute of work on any machine, of which little is written.
  private func extraction(_ name: String) -> [String] {
    [
      "extract", "synthetic:200000", "--representation", "scattering:sketch=16", "--jobs", "1", "--sync-interval", "0",
      "--output", path(name),
    ]
  }

  /// Waits until a block is done: signals are watched by then, and most of the work is still to come.
  private func wait(for name: String, _ process: Process) throws {
    func done() -> Int {
      guard let file = try? FeatureFile(reading: URL(filePath: path(name))) else { return 0 }
      return file.description.splits.reduce(0) { $0 + ($1.representations.last?.doneRows ?? 0) }
    }
    while process.isRunning, done() == 0 { usleep(5000) }
    try #require(process.isRunning, "\(lastError)")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU])
  func extractionSavesWhatIsDone(_ number: Int32) throws {
    let process = try start(extraction("a.h5"))
    try wait(for: "a.h5", process)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + number)
    #expect(lastError.hasPrefix("mvmr: ") && lastError.contains("was stopped"), "\(lastError)")
    #expect(try FeatureFile(reading: URL(filePath: path("a.h5"))).verify().blocks > 0)
  }

  /// Through both programs: `mvmr` runs `mvmr-train` in its own place.
  @Test(arguments: [SIGTERM, SIGHUP, SIGUSR1, SIGXCPU])
  func trainingSavesACheckpoint(_ number: Int32) throws {
    let settings = [
      "encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=16", "epochs=100000", "threads=1",
    ]
    let process = try start(
      ["train", "synthetic:64", "--output", path("run")] + settings.flatMap { ["--set", $0] })
    // The log's first line is written after an epoch, when signals are long watched.
    while process.isRunning, try !hasTrained() { usleep(1000) }
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + number)
    #expect(lastError.contains("was stopped after step") && lastError.contains("resume"), "\(lastError)")
    #expect(FileManager.default.fileExists(atPath: path("run/last.ckpt")))
  }

  private func hasTrained() throws -> Bool {
    let text = (try? String(contentsOf: URL(filePath: path("run/losses.csv")), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count > 1
  }

  /// As under `nohup`: the work goes on when the terminal closes, and Ctrl-C still ends it.
  @Test func whatWasIgnoredAtTheStartStaysIgnored() throws {
    for ignored in [SIGHUP, SIGUSR1] {
      let process = try start(extraction("\(ignored).h5"), preparing: "trap '' \(ignored)")
      try wait(for: "\(ignored).h5", process)
      kill(process.processIdentifier, ignored)
      usleep(100_000)
      #expect(process.isRunning)
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect(process.terminationStatus == 128 + SIGINT)
    }
  }

  /// A batch system and a limit on time send theirs again and again: that must not cut the saving short.
  @Test func aSecondOneOfABatchSystemEndsNothingAtOnce() throws {
    let process = try start(extraction("a.h5"))
    try wait(for: "a.h5", process)
    for number in [SIGXCPU, SIGXCPU, SIGHUP, SIGTERM] { kill(process.processIdentifier, number) }
    process.waitUntilExit()
    // Signals that wait together for a busy machine come in the system's order, so that any may be the first.
    let statuses = [SIGXCPU, SIGHUP, SIGTERM].map { 128 + $0 }
    #expect(process.terminationReason == .exit && statuses.contains(process.terminationStatus))
    #expect(lastError.contains("was stopped"), "\(lastError)")
  }
}
