public import MVCore

/// The place of this process among those that Slurm has started: a task of an array, or one of several of an `srun`.
public struct SlurmTask: Hashable, Sendable, CustomStringConvertible {
  /// The part of the work that falls to it.
  public let shard: ShardNumber
  /// What Slurm calls it, for example `task 3 of the array 0-15`.
  public let description: String

  /// Reads the variables of the environment that Slurm sets.
  ///
  /// Throws a usage error where they are missing, say what cannot be, or leave open which of how many this one is.
  public init(_ environment: [String: String]) throws(MVError) {
    let variables = Variables(environment: environment)
    let steps = try variables.isStep ? variables.number("SLURM_NTASKS", from: 1) : nil
    if environment["SLURM_ARRAY_TASK_ID"] != nil {
      let id = try variables.number("SLURM_ARRAY_TASK_ID")
      if let steps, steps > 1 {
        throw .usage(
          "task \(id) of a Slurm array", "was started \(steps) times by srun, and all would make one shard",
          remedy: "give srun --ntasks=1, or use no array")
      }
      (shard, description) = try Self.task(id, of: variables)
    } else if let steps {
      let rank = try variables.number("SLURM_PROCID")
      guard rank < steps else { throw variables.odd("SLURM_PROCID", "one of SLURM_NTASKS=\(steps), which begin at 0") }
      shard = try ShardNumber(rank + 1, of: steps)
      description = "task \(rank) of \(steps) of an srun"
    } else if environment["SLURM_JOB_ID"] != nil {
      throw .usage(
        "shard slurm", "is asked for in a Slurm job that is neither a task of an array nor started by srun",
        remedy: "submit it with sbatch --array=1-N, start it with srun, or give --shard I/N")
    } else {
      throw .usage(
        "shard slurm", "is asked for outside Slurm: neither SLURM_ARRAY_TASK_ID nor SLURM_STEP_ID is set",
        remedy: "submit it with sbatch --array=1-N, start it with srun, or give --shard I/N")
    }
  }

  /// The part of task `id` of an array.
  private static func task(_ id: Int, of variables: Variables) throws(MVError) -> (ShardNumber, String) {
    let count = try variables.number("SLURM_ARRAY_TASK_COUNT", from: 1)
    let first = try variables.number("SLURM_ARRAY_TASK_MIN")
    let last = try variables.number("SLURM_ARRAY_TASK_MAX")
    let step = try variables.number("SLURM_ARRAY_TASK_STEP", from: 1)
    guard first <= id, id <= last else { throw variables.odd("SLURM_ARRAY_TASK_ID", "in \(first)-\(last)") }
    // Slurm's step of a list such as 1,3,7 is 1.
    guard (last - first) / step == count - 1, (last - first) % step == 0, (id - first) % step == 0 else {
      throw .usage(
        "shard slurm", "cannot be told in an array of \(count) tasks from \(first) to \(last) in steps of \(step)",
        remedy: "submit an array such as 1-\(count), or give --shard I/N")
    }
    // A lone number is one that is run again: of how many it was one, Slurm does not say.
    guard count > 1 || first <= 1 else {
      throw .usage(
        "shard slurm", "cannot be told in an array of the one task \(id)",
        remedy: "requeue the task of the first array by scontrol requeue JOB_\(id), or give --shard \(id)/N")
    }
    return (
      try ShardNumber((id - first) / step + 1, of: count),
      "task \(id) of the array \(first)-\(last)" + (step > 1 ? ":\(step)" : "")
    )
  }

  /// The variables that Slurm sets.
  private struct Variables {
    let environment: [String: String]

    /// Whether `srun` has started this process; a script that `sbatch` runs has a number, too, but no step.
    var isStep: Bool { environment["SLURM_STEP_ID"] != nil }

    /// A whole number; throws where it is missing, none, or less than `least`.
    func number(_ name: String, from least: Int = 0) throws(MVError) -> Int {
      guard let text = environment[name] else {
        throw .usage(
          "shard slurm", "needs \(name), which is not set", remedy: "start it by sbatch or srun, or give --shard I/N")
      }
      // Slurm counts in 32 bits.
      guard let value = Int(text), value >= least, value <= Int(UInt32.max) else {
        throw odd(name, "a whole number from \(least)")
      }
      return value
    }

    /// The error for a variable that says what cannot be.
    func odd(_ name: String, _ wanted: String) -> MVError {
      .usage(
        "\(name)=\(environment[name] ?? "")", "is not \(wanted)",
        remedy: "start it by sbatch or srun, or give --shard I/N")
    }
  }
}
