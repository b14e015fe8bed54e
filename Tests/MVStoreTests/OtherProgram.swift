import Foundation

/// Programs that tests run where the machine has them.
enum OtherProgram {
  /// A Python that has h5py: `MVMR_PYTHON`, or `python3`; nil where neither has.
  static let python: String? =
    [ProcessInfo.processInfo.environment["MVMR_PYTHON"], "python3"].compactMap { $0 }.first {
      (try? run([$0, "-c", "import h5py"]))?.status == 0
    }

  /// Whether h5dump is here.
  static let hasH5dump = (try? run(["h5dump", "--version"]))?.status == 0

  /// Whether the machine lets this process mount a small file system.
  static let canMount: Bool = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mvmr-mount-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    guard (try? run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder.path]))?.status == 0 else { return false }
    return (try? run(["umount", folder.path]))?.status == 0
  }()

  /// Runs a program to its end; what it wrote to both outputs.
  static func run(_ words: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
