internal import Foundation
internal import MVCommandLine
internal import MVCore

/// A peer in Python: one of the scripts in `Peers`, run by the Python that MVMR_PYTHON names.
struct Peer {
  /// The option that leaves the peers in Python out.
  static let option = Argument.flag("alone", "leave out the peers in Python")

  private let script: String
  private let isWanted: Bool

  /// The peer whose script is `source`, unless the arguments leave it out.
  init(_ source: [UInt8], _ arguments: ParsedArguments) {
    script = String(decoding: source, as: UTF8.self)
    isWanted = !arguments.has("alone")
  }

  /// What the script prints; nil where it is left out, or, with a note, where it cannot be run.
  func output(_ arguments: [String], for name: String) -> String? {
    guard isWanted else { return nil }
    let process = Process()
    let pipe = Pipe()
    let program = ProcessInfo.processInfo.environment["MVMR_PYTHON"] ?? "python3"
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.environment = ThreadEnvironment.userEnvironment
    process.arguments = [program, "-c", script] + arguments
    process.standardOutput = pipe
    guard (try? process.run()) != nil else {
      Terminal.note("no figures of \(name): \(program) cannot be run; MVMR_PYTHON names another")
      return nil
    }
    let output = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      Terminal.note("no figures of \(name) from \(program); MVMR_PYTHON names another")
      return nil
    }
    return String(decoding: output, as: UTF8.self)
  }
}
