public import Foundation

/// Runs programs: those that were built beside the tests, and the machine's own.
public enum Tool {
  /// How a program ended.
  public struct Outcome: Sendable {
    /// Its exit code, or the signal that ended it.
    public let status: Int32
    /// What it wrote to stdout.
    public let output: String
    /// What it wrote to stderr.
    public let errors: String

    /// The JSON object that the program printed.
    public func json() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  /// The folder of the programs that were built beside the tests.
  public static let folder = URL(
    filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  ).deletingLastPathComponent()

  /// Runs `mvmr` to its end.
  public static func mvmr(_ arguments: String..., in directory: URL? = nil) throws -> Outcome {
    try run(folder.appending(path: "mvmr"), arguments, in: directory)
  }

  /// Runs a program of the machine, found as a shell finds it, to its end.
  public static func run(_ program: String, _ arguments: String..., in directory: URL? = nil) throws -> Outcome {
    try run(URL(filePath: "/usr/bin/env"), [program] + arguments, in: directory)
  }

  /// Runs any program to its end.
  ///
  /// Output goes through files: a full pipe would stop the program.
  public static func run(
    _ program: URL, _ arguments: [String], in directory: URL? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "mvmr-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let files = ["output", "errors"].map { scratch.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = directory }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
