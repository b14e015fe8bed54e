internal import Foundation
internal import MVCore
internal import MVFiles

/// How the processes of a group find the store of rank 0, before libtorch connects them.
///
/// Rank 0 listens at the first free of some ports and takes a line of each other rank, which it greets. It answers all
/// of them alike once they have all come: by the port of the store, or by what keeps them apart. Others of these ports
/// may be anybody's: only who greets for the same job is rank 0. The connections stay open, so that one that ends is
/// missed.
struct Rendezvous {
  /// Where the processes meet.
  let ranks: Ranks
  /// What every rank must have alike before libtorch's own protocols are spoken.
  let version: String
  /// Until when ranks may come.
  let deadline: ContinuousClock.Instant
  private let seconds: Double

  init(_ ranks: Ranks, version: String, seconds: Double) {
    self.ranks = ranks
    self.version = version
    self.seconds = seconds
    deadline = .now + .seconds(seconds)
  }

  private var job: String {
    var fingerprint = Fingerprint()
    fingerprint.add(ranks.job)
    return fingerprint.text
  }

  /// Lets the other ranks come and tells them `port`; returns the address by which they reached this machine.
  ///
  /// `say` is given a line now and then on who is waited for. Throws where no port is free, and where ranks do not
  /// come, end, come twice, or are of another version.
  func host(store port: Int, say: (String) -> Void = { _ in }) throws(MVError) -> (address: String, presence: Presence)
  {
    let listener = try listener()
    var presence = Presence(of: ranks)
    var local = LocalRanks(ranks)
    var patience = WaitingWords(most: seconds)
    while presence.met.count < ranks.size - 1 {
      try presence.check()
      let missing = (1..<ranks.size).filter { !presence.met.contains($0) }
      let list = missing.map { "\($0)" }.joined(separator: ", ")
      if let name = local.ended(among: missing) {
        presence.tell("ended\t\(name)")
        throw Presence.ended(name)
      }
      guard ContinuousClock.now < deadline else {
        throw refusal("has waited \(Int(seconds)) s for rank \(list)", presence)
      }
      patience.pass(say) { "\(ranks) waits for rank \(list)" }
      // In short pieces, so that the end of a rank that has come is seen.
      guard let connection = listener.accept(until: min(deadline, .now + .seconds(0.25))) else { continue }
      // Anybody may connect; who says nothing of this job in a second is not one of the ranks.
      guard let words = connection.line(until: min(deadline, .now + .seconds(1)))?.split(separator: "\t"),
        words.count >= 4, words[0] == "mvmr-rank", words[1] == job, let rank = Int(words[2]),
        (1..<ranks.size).contains(rank)
      else { continue }
      connection.write("mvmr-ranks\t\(job)\t\(Presence.ownProcess)\n")
      let isSecond = presence.met.contains(rank)
      if isSecond || words[3] != version {
        let problem =
          isSecond ? "has met two processes of rank \(rank)" : "is \(version), rank \(rank) is \(words[3])"
        connection.write("problem\t\(problem)\n")
        throw refusal(problem, presence)
      }
      presence.add(rank, connection, process: words.count > 4 ? String(words[4]) : nil)
    }
    presence.tell("store\t\(port)")
    let addresses = presence.connections.compactMap(\.connection.ownAddress)
    return (addresses.first { !TCPConnection.isLoopback($0) } ?? addresses.first ?? "127.0.0.1", presence)
  }

  /// What rank 0 has found at its port.
  struct Found {
    /// The port of rank 0's store.
    let port: Int
    /// The machine of rank 0.
    let host: String
    /// The address by which this machine reached it.
    let address: String
    /// The connection with rank 0.
    let presence: Presence
  }

  /// Asks rank 0 for its store.
  ///
  /// `say` is given a line now and then. Throws where rank 0 does not answer in time, where a rank has ended, and where
  /// rank 0 says what keeps the ranks apart.
  func find(say: (String) -> Void = { _ in }) throws(MVError) -> Found {
    var cause: String?
    var local = LocalRanks(ranks)
    var patience = WaitingWords(most: seconds)
    let ports = ranks.ports.count == 1 ? "\(ranks.ports[0])" : "\(ranks.ports[0])-\(ranks.ports[ranks.ports.count - 1])"
    // Who has not answered yet may be a busy rank 0, to which a connection that is given up is a rank that has ended.
    var unanswered: [Int: TCPConnection] = [:]
    _ = local.ended(among: [0])
    repeat {
      for port in ranks.ports {
        let connection: TCPConnection
        let isNew = unanswered[port] == nil
        if let open = unanswered.removeValue(forKey: port) {
          connection = open
        } else {
          switch TCPConnection.connect(to: ranks.host, port: port, until: min(deadline, .now + .seconds(5))) {
          case .success(let made): connection = made
          case .failure(let reason):
            cause = reason.words
            continue
          }
          connection.write("mvmr-rank\t\(job)\t\(ranks.rank)\t\(version)\t\(Presence.ownProcess)\n")
        }
        guard let line = connection.line(until: min(deadline, .now + .seconds(isNew ? 5 : 0.1))) else {
          cause = "who listens there does not answer"
          if !connection.hasEnded { unanswered[port] = connection }
          continue
        }
        let greeting = line.split(separator: "\t")
        guard greeting.count >= 2, greeting[0] == "mvmr-ranks", greeting[1] == job else {
          cause = "who listens there is not rank 0 of this job"
          continue
        }
        return try found(connection, process: greeting.count > 2 ? String(greeting[2]) : nil)
      }
      if let name = local.ended(among: [0]) { throw Presence.ended(name) }
      // The others would say the same.
      if ranks.rank == 1 || ranks.localRank == 0 {
        patience.pass(say) { "\(ranks) looks for rank 0 at \(ranks.host):\(ports)" }
      }
      usleep(100_000)
    } while ContinuousClock.now < deadline
    throw MVError(
      .inputOutput, "\(ranks)", "does not reach rank 0 at \(ranks.host):\(ports) in \(Int(seconds)) s",
      remedy: "see whether rank 0 runs, and whether MASTER_ADDR and MASTER_PORT are its machine's", cause: cause)
  }

  /// What rank 0 answers when all have come.
  private func found(_ connection: TCPConnection, process: String?) throws(MVError) -> Found {
    var presence = Presence(of: ranks)
    presence.add(0, connection, process: process)
    guard let answer = connection.line(until: deadline + .seconds(2)) else {
      try presence.check()
      throw failure("\(ranks)", "has waited \(Int(seconds)) s for others that rank 0 still waits for")
    }
    let words = answer.split(separator: "\t", maxSplits: 1).map { OneLine.text(String($0)) }
    guard words.count == 2, words[0] != "ended" else {
      throw Presence.ended(words.count == 2 ? words[1] : Presence.name(0, of: ranks, process))
    }
    guard words[0] == "store", let store = Int(words[1]) else {
      throw failure("rank 0 of \(ranks.size)", words[1])
    }
    return Found(
      port: store, host: connection.peerAddress ?? ranks.host, address: connection.ownAddress ?? "127.0.0.1",
      presence: presence)
  }

  /// Tells the ranks that have come what keeps them apart, and gives the error of it.
  private func refusal(_ problem: String, _ presence: Presence) -> MVError {
    presence.tell("problem\t\(problem)")
    return failure("\(ranks)", problem)
  }

  private func listener() throws(MVError) -> TCPListener {
    for port in ranks.ports {
      if let listener = TCPListener(port: port) { return listener }
    }
    throw .inputOutput(
      "rank 0 of \(ranks.size)", "finds no free port of \(ranks.ports.map(String.init).joined(separator: ", "))",
      remedy: "give another MASTER_PORT")
  }

  private func failure(_ subject: String, _ problem: String) -> MVError {
    .inputOutput(subject, problem, remedy: "start every rank once, by the same program and command")
  }
}
