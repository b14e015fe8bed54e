public import Foundation
public import MVCore
internal import MVFiles

/// A command of this program that runs beside it, in a group of its own, with its words in a log file.
///
/// Ctrl-C reaches this process alone, which asks its children to end by ``end()``. A child also ends, saved, when this
/// process does, however that ends.
public final class ChildProcess {
  /// What became of it.
  public enum Outcome: Sendable {
    /// It did all that it was asked.
    case done
    /// It ended with this error, the last in its log.
    case failed(MVError)
  }

  private let process: pid_t
  private let log: URL
  private var ended: Outcome?
  private var isAsked = false

  /// Starts this program with other `arguments`; what it says is added to `log`, as JSON where it is an error.
  ///
  /// `environment` is added to that of this process, and `kept` is a descriptor that the child holds open, such as of a
  /// lock. Throws where the log cannot be written or the program cannot be started.
  public init(
    _ arguments: [String], log: URL, environment: [String: String] = [:], keeping kept: Int32? = nil
  ) throws(MVError) {
    self.log = log
    let program = Invocation.program
    // The log is there from now on, and no link that others put there.
    _ = try FileDescriptor(own: log.path, flags: O_WRONLY | O_APPEND)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, Self.lifeline, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.path, O_WRONLY | O_APPEND | O_NOFOLLOW, 0)
    if let kept { posix_spawn_file_actions_adddup2(&actions, kept, 3) }
    var none = sigset_t()
    var usual = sigset_t()
    sigemptyset(&none)
    sigemptyset(&usual)
    for number in [SIGINT, SIGTERM] { sigaddset(&usual, number) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .merging([Interruption.endsWithInput: "1"]) { $1 }
    var words = ([program] + arguments + ["--json"]).map { strdup($0) } + [nil]
    var variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw FileDescriptor.failure(log.path, "cannot be written, or the run not started", code) }
    self.process = process
  }

  /// The end of a pipe that children read from: it ends with this process, which alone holds the other end.
  private static let lifeline: Int32 = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends { _ = setCloseOnExec(end) }
    return ends[0]
  }()

  private static func setCloseOnExec(_ number: Int32) -> Int32 { fcntl(number, F_SETFD, FD_CLOEXEC) }

  /// Asks it to save and to end.
  public func end() {
    guard ended == nil else { return }
    isAsked = true
    kill(process, SIGTERM)
  }

  /// What became of it; nil as long as it runs.
  public func outcome() -> Outcome? {
    if let ended { return ended }
    var status: Int32 = 0
    let found = waitpid(process, &status, WNOHANG)
    guard found == process || (found < 0 && errno != EINTR) else { return nil }
    let signal = status & 0x7F
    let code = (status >> 8) & 0xFF
    let outcome: Outcome
    if isAsked, signal == SIGTERM {
      // Before it listened to signals, where there was nothing to save yet.
      outcome = .failed(MVError(.interrupted, log.path, "was stopped", remedy: "the same command goes on"))
    } else if found < 0 || signal != 0 {
      outcome = .failed(
        .internalFault(
          log.path, found < 0 ? "is of a process that is gone" : "ended by signal \(signal)",
          remedy: "see whether memory was short", cause: found < 0 ? nil : String(cString: strsignal(signal))))
    } else {
      outcome = code == 0 ? .done : .failed(lastError(code))
    }
    ended = outcome
    return outcome
  }

  private func lastError(_ code: Int32) -> MVError {
    let bytes = (try? WholeFile.bytes(of: log, orStream: false)) ?? Data()
    let lines = (try? WholeFile.lines(of: String(decoding: bytes, as: UTF8.self), in: log.path)) ?? []
    let last = lines.last { !$0.isEmpty }.flatMap { CanonicalJSON.value(ErrorObject.self, from: $0) }
    return last?.value ?? .internalFault(log.path, "ends with exit code \(code)", remedy: "see what it says")
  }
}
