import Foundation
import TestSupport

/// Ranks of one training as processes of this machine, with the variables that `torchrun` sets.
final class RankProcesses {
  private let processes: [Process]
  private let files: [(output: URL, errors: URL)]

  /// Starts `mvmr train` once for each rank; `change` may change a rank's arguments and variables.
  init(
    _ count: Int, _ arguments: [String], in folder: URL, port: Int? = nil,
    _ change: (Int, inout [String], inout [String: String]) -> Void = { _, _, _ in }
  ) throws {
    let port = try port ?? RankThreads.freePort()
    let logs = folder.appending(path: "ranks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
    var (processes, files): ([Process], [(URL, URL)]) = ([], [])
    for rank in 0..<count {
      var words = ["train"] + arguments
      var environment = ProcessInfo.processInfo.environment.merging([
        "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_RANK": "\(rank)", "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "\(port)",
      ]) { $1 }
      change(rank, &words, &environment)
      let process = Process()
      // Not mvmr, which would start it: signals are sent to the rank itself.
      process.executableURL = Tool.folder.appending(path: "mvmr-train")
      process.arguments = words
      process.environment = environment
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      let file = (logs.appending(path: "output-\(rank)"), logs.appending(path: "errors-\(rank)"))
      for url in [file.0, file.1] { try Data().write(to: url) }
      process.standardOutput = try FileHandle(forWritingTo: file.0)
      process.standardError = try FileHandle(forWritingTo: file.1)
      try process.run()
      processes.append(process)
      files.append(file)
    }
    self.processes = processes
    self.files = files
  }

  deinit { for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// Whether a rank still runs.
  func isRunning(_ rank: Int) -> Bool { processes[rank].isRunning }

  /// Sends a signal to one rank.
  func send(_ signal: Int32, to rank: Int) { kill(processes[rank].processIdentifier, signal) }

  /// Waits for a rank to write this to its errors; false where it ends, or two minutes pass, before.
  func wait(for words: String, of rank: Int) -> Bool {
    for _ in 0..<1200 {
      if errors(rank).contains(words) { return true }
      guard isRunning(rank) else { return errors(rank).contains(words) }
      usleep(100_000)
    }
    return false
  }

  /// What every rank's end gives: its exit code, or nil where it did not end in `seconds` and was killed.
  func ends(within seconds: Double = 120) -> [Int32?] {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while processes.contains(where: \.isRunning), ContinuousClock.now < deadline { usleep(50_000) }
    return processes.map { process in
      guard process.isRunning else {
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      return nil
    }
  }

  /// What a rank has written to its standard error so far.
  func errors(_ rank: Int) -> String {
    String(decoding: (try? Data(contentsOf: files[rank].errors)) ?? Data(), as: UTF8.self)
  }

  /// What a rank has written to its standard output so far.
  func output(_ rank: Int) -> String {
    String(decoding: (try? Data(contentsOf: files[rank].output)) ?? Data(), as: UTF8.self)
  }
}
