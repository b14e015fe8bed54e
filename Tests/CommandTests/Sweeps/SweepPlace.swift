import Foundation
import TestSupport
import Testing

/// A folder in which sweeps are run, as a user runs them.
struct SweepPlace {
  let folder: TemporaryFolder
  let tool = Tool.folder.appending(path: "mvmr")
  let manager = FileManager.default

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.url.appending(path: name).path }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: name)) }

  func exists(_ name: String) -> Bool { manager.fileExists(atPath: path(name)) }

  /// Runs a command in the folder; `~` in it is a blank within a word.
  @discardableResult
  func mvmr(
    _ line: String, in place: URL? = nil, status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> Tool.Outcome {
    let words = line.split(separator: " ").map { String($0).replacing("~", with: " ") }
    let run = try Tool.run(tool, words, in: place ?? folder.url)
    try #require(run.status == status, "mvmr \(line): \(run.status) \(run.errors)", sourceLocation: location)
    return run
  }

  let settings = """
    --set encoder=cifar-resnet --set widths=4-6-8 --set projector=16-12 --set batch_size=16 --set lr=1e-3 \
    --set policy=cifar --set precision=float32 --set validate_every=1
    """

  struct Results: Decodable {
    struct Number: Decodable {
      let mean: Double
      let deviation: Double?
    }
    struct Run: Decodable {
      let seed: Int
      let folder: String
      let epochs: Int
      let knn: Double?
      let probe: Double?
    }
    struct Variant: Decodable {
      let name: String
      let settings: [String: String]
      let runs: [Run]
      let knn: Number?
      let probe: Number?
    }
    let variants: [Variant]
  }

  func results(_ run: Tool.Outcome) throws -> Results {
    try JSONDecoder().decode(Results.self, from: Data(run.output.utf8))
  }

  /// Starts a sweep and waits until one of its runs has a checkpoint.
  func begun(_ line: String, _ output: String) throws -> Process {
    let errors = URL(filePath: path("errors"))
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = tool
    process.arguments = line.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    while process.isRunning, (manager.subpaths(atPath: path(output)) ?? []).allSatisfy({ !$0.hasSuffix("last.ckpt") }) {
      usleep(5000)
    }
    return process
  }
}
