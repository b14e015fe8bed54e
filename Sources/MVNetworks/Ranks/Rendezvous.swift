internal import Foundation
internal import MVCore

/// How the processes of a group find the store of rank 0, before libtorch connects them.
///
/// Rank 0 listens at the first free of some ports and takes a line of each other rank, which it greets. It answers all
/// of them alike once they have all come: by the port of the store, or by what keeps them apart. Others of these ports
/// may be anybody's: only who greets for the same job is rank 0.
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
  /// Throws where no port is free, and where ranks do not come, come twice, or are of another version.
  func host(store port: Int) throws(MVError) -> String {
    let listener = try listener()
    var waiting: [Int: TCPConnection] = [:]
    var problem: String?
    while waiting.count < ranks.size - 1, problem == nil {
      guard let connection = listener.accept(until: deadline) else {
        let missing = (1..<ranks.size).filter { waiting[$0] == nil }.map { "\($0)" }.joined(separator: ", ")
        problem = "has waited \(Int(seconds)) s for rank \(missing)"
        break
      }
      // Anybody may connect; who says nothing of this job in a second is not one of the ranks.
      guard let words = connection.line(until: min(deadline, .now + .seconds(1)))?.split(separator: "\t"),
        words.count == 4, words[0] == "mvmr-rank", words[1] == job, let rank = Int(words[2]),
        (1..<ranks.size).contains(rank)
      else { continue }
      connection.write("mvmr-ranks\t\(job)\n")
      if words[3] != version {
        problem = "is \(version), rank \(rank) is \(words[3])"
      } else if waiting[rank] != nil {
        problem = "has met two processes of rank \(rank)"
      }
      waiting[rank] = connection
    }
    let answer = problem.map { "problem\t\($0)\n" } ?? "store\t\(port)\n"
    for connection in waiting.values { connection.write(answer) }
    if let problem { throw failure("rank 0 of \(ranks.size)", problem) }
    let addresses = waiting.sorted { $0.key < $1.key }.compactMap(\.value.ownAddress)
    return addresses.first { !TCPConnection.isLoopback($0) } ?? addresses.first ?? "127.0.0.1"
  }

  /// Asks rank 0; returns the port of its store, and the address by which this machine reached it.
  ///
  /// Throws where rank 0 does not answer in time, or says what keeps the ranks apart.
  func find() throws(MVError) -> (port: Int, host: String, address: String) {
    var cause: String?
    repeat {
      for port in ranks.ports {
        let connected = TCPConnection.connect(to: ranks.host, port: port, until: min(deadline, .now + .seconds(5)))
        guard case .success(let connection) = connected else {
          if case .failure(let reason) = connected { cause = reason.words }
          continue
        }
        connection.write("mvmr-rank\t\(job)\t\(ranks.rank)\t\(version)\n")
        guard connection.line(until: min(deadline, .now + .seconds(5))) == "mvmr-ranks\t\(job)" else {
          cause = "who listens there is not rank 0 of this job"
          continue
        }
        // Rank 0 answers when all have come.
        guard let words = connection.line(until: deadline + .seconds(2))?.split(separator: "\t"), words.count == 2
        else {
          throw failure("rank 0 of \(ranks.size)", "has ended before all ranks had come")
        }
        guard words[0] == "store", let store = Int(words[1]) else {
          throw failure("rank 0 of \(ranks.size)", String(words[1]))
        }
        return (store, connection.peerAddress ?? ranks.host, connection.ownAddress ?? "127.0.0.1")
      }
      usleep(100_000)
    } while ContinuousClock.now < deadline
    let ports = ranks.ports.count == 1 ? "\(ranks.ports[0])" : "\(ranks.ports[0])-\(ranks.ports[ranks.ports.count - 1])"
    throw MVError(
      .inputOutput, "\(ranks)", "does not reach rank 0 at \(ranks.host):\(ports) in \(Int(seconds)) s",
      remedy: "see whether rank 0 runs, and whether MASTER_ADDR and MASTER_PORT are its machine's", cause: cause)
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
