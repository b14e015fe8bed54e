package import MVCore

extension ShardNumber {
  /// What `--shard` says: `I/N`, or `slurm` or `torchrun` for what these tell this process by `environment`.
  ///
  /// `notice` is told which shard it then is. Nil is for all rows. Throws where the text is none of these, where the
  /// variables do not say which of how many this process is, and where nothing is given to one of several processes:
  /// all would write the same file.
  package static func asked(
    _ text: String?, environment: [String: String], notice: (String) -> Void
  ) throws(MVError) -> ShardNumber? {
    switch text {
    case nil:
      try refuseSeveral(environment)
      return nil
    case "slurm":
      let task = try SlurmTask(environment)
      notice("shard \(task.shard): \(task)")
      return task.shard
    case "torchrun":
      let (rank, count) = (try number("RANK", environment), try number("WORLD_SIZE", environment))
      let shard = try ShardNumber(rank + 1, of: count)
      notice("shard \(shard): rank \(rank) of \(count)")
      return shard
    case .some(let text): return try ShardNumber(parsing: text)
    }
  }

  private static func number(_ name: String, _ environment: [String: String]) throws(MVError) -> Int {
    guard let text = environment[name] else {
      throw .usage(
        "shard torchrun", "needs \(name), which is not set", remedy: "start it by torchrun, or give --shard I/N")
    }
    guard let number = Int(text), (0...1_000_000).contains(number) else {
      throw .usage("\(name)=\(text)", "is not a number", remedy: "start it by torchrun, or give --shard I/N")
    }
    return number
  }

  private static func refuseSeveral(_ environment: [String: String]) throws(MVError) {
    for (word, rank, size) in [("torchrun", "RANK", "WORLD_SIZE"), ("slurm", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS")] {
      guard let text = environment[rank], let count = environment[size].flatMap({ Int($0) }), count > 1 else {
        continue
      }
      throw .usage(
        "process \(text) of \(count)", "would write the same file as the others",
        remedy: "give --shard \(word) and an --output of its own, such as part$\(rank).h5 in a shell, and join them by "
          + "mvmr merge; or start it once")
    }
  }
}
