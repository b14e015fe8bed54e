import Foundation
import TestSupport
import Testing

/// TorchScript is a program, and may be one without an end.
@Suite(.serialized) struct EndlessProgramTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")
  private static let network = Fixture.url("teacher/endless.pt").path

  init() throws { folder = try TemporaryFolder() }

  /// Trains with a teacher that never embeds its first batch; returns once it is at it.
  private func start() throws -> Process {
    let process = Process()
    process.executableURL = tool
    process.arguments =
      ["train", "synthetic:32", "--teacher", "\(Self.network),name=endless", "--output", "run"]
      + ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=8", "epochs=1", "threads=1"].flatMap {
        ["--set", $0]
      }
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = folder.url.appending(path: "errors")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    // The run's lock is there once signals are watched; then it embeds.
    while process.isRunning, !FileManager.default.fileExists(atPath: folder.url.appending(path: "run/.lock").path) {
      usleep(10_000)
    }
    sleep(3)
    let said = try String(contentsOf: errors, encoding: .utf8)
    try #require(process.isRunning, "\(said)")
    return process
  }

  private func end(_ process: Process, within seconds: Int) throws -> Int32 {
    for _ in 0..<seconds * 100 where process.isRunning { usleep(10_000) }
    let isOver = !process.isRunning
    if !isOver { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(isOver && process.terminationReason == .exit)
    return process.terminationStatus
  }

  @Test func aSecondControlCEndsItAtOnce() throws {
    let process = try start()
    kill(process.processIdentifier, SIGINT)
    usleep(500_000)
    #expect(process.isRunning)
    kill(process.processIdentifier, SIGINT)
    #expect(try end(process, within: 5) == 128 + SIGINT)
  }

  /// A batch system sends one signal, and some time later the one that ends all.
  @Test(arguments: [SIGTERM, SIGUSR1]) func oneSignalEndsItAfterAWhile(_ number: Int32) throws {
    let process = try start()
    kill(process.processIdentifier, number)
    #expect(try end(process, within: 60) == 128 + number)
    let errors = try String(contentsOf: folder.url.appending(path: "errors"), encoding: .utf8)
    #expect(errors.contains("mvmr: TorchScript: did not come to an end"), "\(errors)")
  }

  @Test func embeddingIsLeftAtOnce() throws {
    let process = Process()
    process.executableURL = tool
    process.arguments = ["embed", Self.network, "synthetic:40", "--output", "e.h5"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !FileManager.default.fileExists(atPath: folder.url.appending(path: "e.h5").path) {
      usleep(10_000)
    }
    usleep(500_000)
    kill(process.processIdentifier, SIGTERM)
    #expect(try end(process, within: 30) == 128 + SIGTERM)
  }
}
