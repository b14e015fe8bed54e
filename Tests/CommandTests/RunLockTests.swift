import Foundation
import TestSupport
import Testing

/// One process at a time trains in a folder, and a killed one keeps nobody out.
@Suite(.serialized) struct RunLockTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  /// Starts a command that would take days, and waits until `file` is there.
  private func start(_ line: String, until file: String) throws -> Process {
    let process = Process()
    process.executableURL = tool
    process.arguments = words(line)
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let place = folder.url.appending(path: file).path
    while process.isRunning, !FileManager.default.fileExists(atPath: place) { usleep(10_000) }
    try #require(process.isRunning, "it ended before it wrote \(file)")
    return process
  }

  private func end(_ process: Process) {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func expectRefused(_ line: String, at location: SourceLocation = #_sourceLocation) throws {
    let run = try Tool.run(tool, words(line), in: folder.url)
    #expect(run.status == 74, "\(run.errors)", sourceLocation: location)
    let last = run.errors.split(separator: "\n").last ?? ""
    #expect(last.contains("is being written by another process"), "\(run.errors)", sourceLocation: location)
    #expect(last.contains("(process "), "the holder is named: \(run.errors)", sourceLocation: location)
  }

  @Test func twoTrainersDoNotShareAFolder() throws {
    let settings = """
      --set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=8 --set threads=1 \
      --output run
      """
    let first = try start("train synthetic:32 --set epochs=1000000 \(settings)", until: "run/last.ckpt")
    defer { end(first) }
    try expectRefused("train synthetic:32 --set epochs=1000000 \(settings)")
    try expectRefused("train synthetic:32 --set epochs=1000000 \(settings) --resume")
    try expectRefused("train synthetic:32 --set epochs=2 --set seed=3 \(settings)")
    // A killed one keeps nobody out: what is refused now is only to begin anew where a run is.
    end(first)
    let again = try Tool.run(tool, words("train synthetic:32 --set epochs=1000000 \(settings)"), in: folder.url)
    #expect(again.status == 64 && again.errors.contains("already holds a training run"), "\(again.errors)")
    let next = try start("train synthetic:32 --set epochs=1000000 \(settings) --resume", until: "run/.lock")
    end(next)
  }

  /// The second would empty the folder that the first trains in.
  @Test func twoDemosDoNotShareAFolder() throws {
    let demo = "demo --images 100 --epochs 10000 --output demo"
    let first = try start(demo, until: "demo/run/last.ckpt")
    defer { end(first) }
    try expectRefused(demo)
    #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "demo/run/last.ckpt").path))
    // What a killed one left is replaced by the next.
    end(first)
    try FileManager.default.removeItem(at: folder.url.appending(path: "demo/run/last.ckpt"))
    end(try start(demo, until: "demo/run/last.ckpt"))
  }

  @Test func twoFineTunersDoNotShareAFolder() throws {
    let settings = "--set batch_size=8 --set threads=1 --set warmup_epochs=0 --output tuned"
    let made = try Tool.run(
      tool,
      words(
        "train synthetic:32 --set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=8 "
          + "--set epochs=1 --set threads=1 --output run"), in: folder.url)
    try #require(made.status == 0, "\(made.errors)")
    let first = try start("finetune run synthetic:32 --set epochs=1000000 \(settings)", until: "tuned/last.ckpt")
    defer { end(first) }
    try expectRefused("finetune run synthetic:32 --set epochs=1000000 \(settings)")
    try expectRefused("finetune run synthetic:32 --set epochs=1000000 \(settings) --resume")
  }
}
