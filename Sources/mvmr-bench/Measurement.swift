internal import Foundation
internal import MVCommandLine
internal import MVCore

/// What every benchmark needs: a folder, a clock and a peer.
enum Measurement {
  /// Runs `body` with a new folder below --folder, or the temporary one, and deletes the folder.
  static func inFolder(_ arguments: ParsedArguments, _ body: (URL) throws(MVError) -> Void) throws(MVError) {
    let parent = arguments["folder"].map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "mvmr-bench-\(UUID().uuidString)")
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw .inputOutput(folder.path, "cannot be created", remedy: "give another --folder")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// The seconds that `body` takes.
  static func seconds(_ body: () throws(MVError) -> Void) throws(MVError) -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start).seconds
  }

  /// What a script prints in the Python that MVMR_PYTHON names; nil, with a note, where it cannot be run.
  static func python(_ script: String, _ arguments: [String], for peer: String) -> String? {
    let process = Process()
    let pipe = Pipe()
    let program = ProcessInfo.processInfo.environment["MVMR_PYTHON"] ?? "python3"
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.environment = TrainingProgram.userEnvironment
    process.arguments = [program, "-c", script] + arguments
    process.standardOutput = pipe
    guard (try? process.run()) != nil else {
      Terminal.message("note: no figures of \(peer): \(program) cannot be run; MVMR_PYTHON names another")
      return nil
    }
    let output = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      Terminal.message("note: no figures of \(peer) from \(program); MVMR_PYTHON names another")
      return nil
    }
    return String(decoding: output, as: UTF8.self)
  }
}
