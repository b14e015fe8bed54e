internal import Foundation
internal import MVCore
internal import MVFiles
internal import Synchronization

/// The connections by which ranks know that others are still there, from their meeting on.
///
/// Rank 0 has one to each other rank, and each of these has one to rank 0. The system closes a process's connections
/// when it ends, however that is; a machine that is gone does not answer the system's probes.
struct Presence: Sendable {
  private struct Member {
    let name: String
    let connection: TCPConnection
  }

  private let ranks: Ranks
  private var members: [Int: Member] = [:]

  init(of ranks: Ranks) { self.ranks = ranks }

  /// The other ranks that rank 0 has met.
  var met: Set<Int> { Set(members.keys) }

  /// The connections, by rank.
  var connections: [(rank: Int, connection: TCPConnection)] {
    members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.connection) }
  }

  /// Takes a rank as there; `process` are its own words on who it is, which came over the network.
  mutating func add(_ rank: Int, _ connection: TCPConnection, process: String?) {
    connection.probe()
    members[rank] = Member(name: Self.name(rank, of: ranks, process), connection: connection)
  }

  /// What a process says of itself to the others: `node7, process 123`.
  static var ownProcess: String { OneLine.text("\(ProcessInfo.processInfo.hostName), process \(getpid())") }

  /// A rank in words: `rank 1 of 4 (node7, process 123)`.
  static func name(_ rank: Int, of ranks: Ranks, _ process: String?) -> String {
    "rank \(rank) of \(ranks.size)" + (process.map { " (\(OneLine.text($0)))" } ?? "")
  }

  /// The error of ranks one of which has ended while they still met.
  static func ended(_ name: String) -> MVError {
    .inputOutput(
      name, "has ended before all ranks had met",
      remedy: "see what it says, and start every rank again, once and by the same program and command")
  }

  /// The rank that is not there any more, by name; nil where all are.
  ///
  /// Rank 0 tells the others, which otherwise learn that rank 0 has ended.
  var missing: String? {
    guard let member = members.sorted(by: { $0.key < $1.key }).first(where: { $0.value.connection.hasEnded })?.value
    else { return nil }
    guard !ranks.isFirst else {
      tell("ended\t\(member.name)")
      return member.name
    }
    let words = member.connection.line(until: .now + .seconds(1))?.split(separator: "\t", maxSplits: 1) ?? []
    return words.count == 2 && words[0] == "ended" ? OneLine.text(String(words[1])) : member.name
  }

  /// Throws where a rank is not there any more.
  func check() throws(MVError) { if let missing { throw Self.ended(missing) } }

  /// Writes a line to every rank that is connected.
  func tell(_ line: String) { for (_, connection) in connections { connection.write("\(line)\n") } }

  private final class Outcome<Value: Sendable>: Sendable {
    let result: Mutex<Result<Value, MVError>?> = Mutex(nil)
    let ended = DispatchSemaphore(value: 0)
  }

  /// What `body` gives, which waits for other ranks in libtorch, where nothing can end it.
  ///
  /// Throws what it throws, as soon as another rank has ended, and after the deadline. The thread that computes `body`
  /// is then left behind, and goes when libtorch loses its patience.
  func watching<Value: Sendable>(
    until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () throws(MVError) -> Value
  ) throws(MVError) -> Value {
    let outcome = Outcome<Value>()
    let start = ContinuousClock.now
    let thread = Thread {
      let result: Result<Value, MVError>
      do throws(MVError) { result = .success(try body()) } catch { result = .failure(error) }
      outcome.result.withLock { $0 = result }
      outcome.ended.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
    while outcome.ended.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
      try check()
      guard ContinuousClock.now < deadline else {
        throw .inputOutput(
          "\(ranks)", "has met the others, and is not connected with them after \(Int((deadline - start).seconds)) s",
          remedy: "see whether the machines of all ranks reach each other; GLOO_SOCKET_IFNAME names the network to use")
      }
    }
    guard let result = outcome.result.withLock({ $0 }) else { throw .internalFault("\(ranks)", "was not connected") }
    do throws(MVError) { return try result.get() } catch {
      // Which rank has ended says more than what libtorch has met because of that.
      try check()
      throw error
    }
  }
}
