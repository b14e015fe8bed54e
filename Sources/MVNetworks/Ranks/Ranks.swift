internal import Foundation
public import MVCore

/// Which of several processes that compute together this one is, and where they meet.
///
/// `torchrun` and `srun` start the processes and tell each of them by variables of its environment.
public struct Ranks: Hashable, Sendable {
  /// The number of this process, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// The number of this process among those of its machine, from 0.
  public let localRank: Int
  /// The machine of rank 0, by name or address.
  public let host: String
  /// The ports at which rank 0 may listen; it takes the first that is free.
  public let ports: [Int]
  /// What tells these processes from those of other jobs.
  public let job: String

  /// Creates the place of one process; throws where there is no such rank or port.
  public init(
    rank: Int, size: Int, localRank: Int? = nil, host: String, ports: [Int], job: String = ""
  ) throws(MVError) {
    guard size > 0, (0..<size).contains(rank) else {
      throw .usage("rank \(rank)", "is not one of \(size) ranks", remedy: "number the processes from 0")
    }
    guard !ports.isEmpty, ports.allSatisfy((1...65_535).contains) else {
      throw .usage("MASTER_PORT", "is not a port", remedy: "give one from 1 to 65535")
    }
    self.rank = rank
    self.size = size
    self.localRank = localRank ?? rank
    self.host = host
    self.ports = ports
    self.job = job
  }

  /// Reads the variables of `torchrun`, or else of a Slurm step; nil where this process is alone.
  ///
  /// Throws where some of the variables are there and others are missing or no numbers.
  public init?(environment: [String: String]) throws(MVError) {
    let variables = RankVariables(environment)
    if let found = try variables.torchrun {
      self = found
    } else if let found = try variables.slurm {
      self = found
    } else {
      return nil
    }
  }

  /// Whether this is rank 0, which alone logs, saves and evaluates.
  public var isFirst: Bool { rank == 0 }
}

extension Ranks: CustomStringConvertible {
  /// `rank 1 of 4`.
  public var description: String { "rank \(rank) of \(size)" }
}
