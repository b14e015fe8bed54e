internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVNetworks
internal import MVTraining

/// How a process that `torchrun` or `srun` started joins the others.
enum RankStart {
  /// Connects this process with the others of its run; nil where it is alone.
  ///
  /// Throws where `--rank-timeout` is no time, the device is not there, the ranks cannot share a batch, and where they
  /// do not meet.
  static func group(
    of ranks: Ranks?, _ settings: TrainingSettings, _ arguments: ParsedArguments
  ) throws(MVError) -> ProcessGroup? {
    let patience = try arguments["rank-timeout"].map { (text) throws(MVError) in
      guard let seconds = Double(text), seconds > 0, seconds <= 1e6 else {
        throw .usage("--rank-timeout \(text)", "is not a number of seconds", remedy: "give one above 0")
      }
      return seconds
    }
    // What can be told of one process alone is told before it waits for others, and before it reads images.
    try settings.check()
    try Torch.use(settings.device, localRank: ranks?.localRank ?? 0, deterministic: settings.isDeterministic)
    guard let ranks else { return nil }
    let sharingMemory = try mayShareMemory(ProcessInfo.processInfo.environment)
    _ = try settings.batchSize(of: ranks)
    if !ranks.isFirst { Terminal.leaveWordsToAnother() }
    Interruption.takeAsOne(within: 10)
    // Also a rank that leaves its words to rank 0 says that it does not find it.
    let group = try ProcessGroup(ranks, patience: patience, sharingMemory: sharingMemory) {
      Terminal.message("note: \($0)")
    }
    if ranks.isFirst {
      let way = group.sharesMemory ? "shared memory" : "the network"
      Terminal.note("\(ranks.size) ranks train together, of \(settings.batchSize) images a batch, through \(way)")
    }
    return group
  }

  /// What `MVMR_SHARED_MEMORY` says: 0 leaves ranks of one machine to the network, as those of several are.
  private static func mayShareMemory(_ environment: [String: String]) throws(MVError) -> Bool {
    switch environment["MVMR_SHARED_MEMORY"] {
    case nil, "", "1": return true
    case "0": return false
    case let other?: throw .usage("MVMR_SHARED_MEMORY", "is \(other)", remedy: "give 0 or 1")
    }
  }
}
