import Foundation
import MVCore
import Synchronization
import TestSupport
import Testing

@testable import MVNetworks

/// A rank that has come and ends is missed by the others, however patient they are; one that is late is waited for.
@Suite(.serialized) struct PresenceTests {
  /// Longer than any test may take: no end of waiting is what ends these.
  private static let patience = 100_000.0

  /// Speaks as a rank does, as far as a test wants.
  private struct FakeRank {
    let connection: TCPConnection

    /// Comes to rank 0, which listens at a port of this machine, and is greeted.
    init(_ rank: Int, of ranks: Ranks) throws {
      var job = Fingerprint()
      job.add(ranks.job)
      let deadline = ContinuousClock.now + .seconds(60)
      var found = TCPConnection.connect(to: ranks.host, port: ranks.ports[0], until: deadline)
      while case .failure = found, ContinuousClock.now < deadline {
        usleep(10_000)
        found = TCPConnection.connect(to: ranks.host, port: ranks.ports[0], until: deadline)
      }
      connection = try found.get()
      let version = "mvmr \(Version.text) on libtorch \(Torch.version)"
      connection.write("mvmr-rank\t\(job.text)\t\(rank)\t\(version)\tnode\(rank), process \(rank)\n")
      let greeting = try #require(connection.line(until: deadline))
      try #require(greeting.hasPrefix("mvmr-ranks\t\(job.text)\t"))
    }

    /// What rank 0 says next.
    func line() -> String? { connection.line(until: .now + .seconds(60)) }
  }

  private final class Ending: Sendable {
    private let error = Mutex<MVError?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// Lets a rank join the others on a thread of its own.
    init(_ ranks: Ranks) {
      Thread.detachNewThread { [self] in
        do throws(MVError) { _ = try ProcessGroup(ranks, patience: PresenceTests.patience) } catch {
          self.error.withLock { $0 = error }
        }
        ended.signal()
      }
    }

    /// What it ended with; nil where it goes on for two minutes.
    func wait() -> MVError? { ended.wait(timeout: .now() + 120) == .success ? error.withLock { $0 } : nil }
  }

  private func first(of size: Int) throws -> Ranks {
    try Ranks(rank: 0, size: size, host: "127.0.0.1", ports: [RankThreads.freePort()], job: "a")
  }

  @Test func whoEndsWhileOthersAreWaitedForEndsThem() throws {
    let ranks = try first(of: 4)
    let zero = Ending(ranks)
    var victim: FakeRank? = try FakeRank(1, of: ranks)
    let other = try FakeRank(2, of: ranks)
    #expect(victim?.connection.hasEnded == false)
    victim = nil
    let error = try #require(zero.wait())
    #expect(error.kind == .inputOutput)
    #expect(error.reason == "has ended before all ranks had met", "\(error)")
    #expect(error.subject == "rank 1 of 4 (node1, process 1)", "\(error)")
    #expect(other.line() == "ended\trank 1 of 4 (node1, process 1)")
  }

  /// The ranks have met, and libtorch waits for the one that is gone.
  @Test func whoEndsBeforeLibtorchHasConnectedItEndsTheOthers() throws {
    let ranks = try first(of: 2)
    let zero = Ending(ranks)
    do {
      let victim = try FakeRank(1, of: ranks)
      #expect(victim.line()?.hasPrefix("store\t") == true)
    }
    let error = try #require(zero.wait())
    let words = "rank 1 of 2 (node1, process 1): has ended before all ranks had met; see what it says"
    #expect(error.description.hasPrefix(words), "\(error)")
  }

  /// Rank 0 tells who it was, or ends itself; its store is one that does not answer, and then resets its connections.
  @Test(arguments: [true, false]) func rankZeroThatEndsEndsTheOthers(_ tells: Bool) throws {
    let ranks = try first(of: 3)
    let silent = try RankThreads.freePort()
    let store = try #require(TCPListener(port: silent))
    let listener = try #require(TCPListener(port: ranks.ports[0]))
    let one = Ending(try Ranks(rank: 1, size: 3, host: ranks.host, ports: ranks.ports, job: ranks.job))
    do {
      let connection = try #require(listener.accept(until: .now + .seconds(60)))
      let words = try #require(connection.line(until: .now + .seconds(60))).split(separator: "\t")
      try #require(words.count == 5 && words[2] == "1" && words[4].hasSuffix("process \(getpid())"), "\(words)")
      connection.write("mvmr-ranks\t\(words[1])\tnode0, process 7\n")
      connection.write("store\t\(silent)\n")
      if tells { connection.write("ended\trank 2 of 3 (node2, process 9)\n") }
    }
    let error = try #require(one.wait())
    let name = tells ? "rank 2 of 3 (node2, process 9)" : "rank 0 of 3 (node0, process 7)"
    #expect(error.description.hasPrefix("\(name): has ended before all ranks had met; see what it says"), "\(error)")
    withExtendedLifetime(store) {}
  }

  @Test func whatIsComputedWhileOthersAreThereIsGiven() throws {
    let presence = Presence(of: try Ranks(rank: 1, size: 2, host: "127.0.0.1", ports: [1]))
    let soon = ContinuousClock.now + .seconds(60)
    #expect(try presence.watching(until: soon) { () throws(MVError) in 7 } == 7)
    let own = #expect(throws: MVError.self) {
      try presence.watching(until: soon) { () throws(MVError) -> Int in throw .usage("a", "b") }
    }
    #expect(own?.subject == "a")
    let late = #expect(throws: MVError.self) {
      try presence.watching(until: .now) { () throws(MVError) -> Int in
        sleep(2)
        return 1
      }
    }
    let words = "rank 1 of 2: has met the others, and is not connected with them after"
    #expect(late?.description.hasPrefix(words) == true, "\(late.map { "\($0)" } ?? "")")
  }

  /// The rank that is waited for is named now and then, and no more often.
  @Test func whoIsWaitedForIsSaid() {
    var lines: [String] = []
    var words = WaitingWords(most: 300, first: 0, each: 1000)
    for _ in 0..<5 { words.pass({ lines.append($0) }, { "rank 0 of 4 waits for rank 2, 3" }) }
    #expect(lines.count == 1 && lines[0].hasPrefix("rank 0 of 4 waits for rank 2, 3 for "), "\(lines)")
    #expect(lines[0].hasSuffix(" s, of 300 at most"))
    var later = WaitingWords(most: 300)
    later.pass({ lines.append($0) }, { "nothing" })
    #expect(lines.count == 1)
  }

  /// What the system lists of this machine's processes, as a folder.
  private struct Processes {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      try set("self", "mvmr-train", [:])
    }

    var path: String { folder.url.path }

    func set(_ process: String, _ program: String, _ variables: [String: String]) throws {
      let place = folder.url.appending(path: process)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data("\(program)\n".utf8).write(to: place.appending(path: "comm"))
      let text = variables.map { "\($0.key)=\($0.value)\0" }.joined()
      try Data(text.utf8).write(to: place.appending(path: "environ"))
    }

    func end(_ process: String) throws { try FileManager.default.removeItem(at: folder.url.appending(path: process)) }
  }

  private static func variables(_ rank: Int, port: Int = 29_500) -> [String: String] {
    [
      "RANK": "\(rank)", "WORLD_SIZE": "3", "LOCAL_RANK": "\(rank)", "MASTER_ADDR": "127.0.0.1",
      "MASTER_PORT": "\(port)", "OTHER": "a=b",
    ]
  }

  @Test func aRankOfThisMachineThatHasEndedIsMissed() throws {
    let processes = try Processes()
    let ranks = try #require(try Ranks(environment: Self.variables(0)))
    var local = LocalRanks(ranks, list: processes.path)
    // Who has never been seen may be late; other programs, runs and ranks are not waited for.
    try processes.set("10", "mvmr-train", Self.variables(1))
    try processes.set("11", "python3", Self.variables(2))
    try processes.set("12", "mvmr-train", Self.variables(2, port: 29_600))
    #expect(local.look(for: [1, 2]) == nil)
    try processes.end("11")
    try processes.end("12")
    for _ in 0..<3 { #expect(local.look(for: [1, 2]) == nil) }
    // A process whose program is being replaced shows no variables for a moment.
    try processes.set("10", "mvmr-train", [:])
    #expect(local.look(for: [1, 2]) == nil)
    try processes.set("10", "mvmr-train", Self.variables(1))
    #expect(local.look(for: [1, 2]) == nil)
    // One that has ended is shown without variables until somebody asks for its end, and then not at all.
    try processes.set("10", "mvmr-train", [:])
    #expect(local.look(for: [1, 2]) == nil)
    try processes.end("10")
    #expect(local.look(for: [2]) == nil)
    #expect(local.look(for: [1, 2]) == "rank 1 of 3 (process 10 of this machine)")
    // It may come again, as another process.
    try processes.set("14", "mvmr-train", Self.variables(1))
    #expect(local.look(for: [1, 2]) == nil)
  }

  /// Where the system lists nothing, all may be late.
  @Test func withoutAListNobodyIsMissed() throws {
    let ranks = try #require(try Ranks(environment: Self.variables(0)))
    var local = LocalRanks(ranks, list: "/nowhere")
    for _ in 0..<3 { #expect(local.look(for: [1, 2]) == nil) }
  }
}
