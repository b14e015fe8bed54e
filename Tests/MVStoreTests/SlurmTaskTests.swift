import MVCore
import MVStore
import Testing

/// What Slurm 22.05 sets, as it was seen, and what it might set.
@Suite struct SlurmTaskTests {
  private static func array(_ id: String, _ first: Int, _ last: Int, count: Int, step: Int = 1) -> [String: String] {
    [
      "SLURM_JOB_ID": "77", "SLURM_ARRAY_JOB_ID": "70", "SLURM_ARRAY_TASK_ID": id,
      "SLURM_ARRAY_TASK_MIN": "\(first)", "SLURM_ARRAY_TASK_MAX": "\(last)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
      "SLURM_ARRAY_TASK_STEP": "\(step)", "SLURM_PROCID": "0",
    ]
  }

  @Test(arguments: [
    (array("1", 1, 16, count: 16), "1/16"), (array("16", 1, 16, count: 16), "16/16"),
    (array("0", 0, 15, count: 16), "1/16"), (array("12", 0, 12, count: 5, step: 3), "5/5"),
    (array("7", 5, 8, count: 4), "3/4"), (array("1", 1, 1, count: 1), "1/1"),
    // A script of several tasks that runs the command itself, and one that does by srun, as one task.
    (array("2", 1, 3, count: 3).merging(["SLURM_NTASKS": "4"]) { $1 }, "2/3"),
    (array("2", 1, 3, count: 3).merging(["SLURM_NTASKS": "1", "SLURM_STEP_ID": "0"]) { $1 }, "2/3"),
    (["SLURM_JOB_ID": "8", "SLURM_STEP_ID": "0", "SLURM_PROCID": "3", "SLURM_NTASKS": "4"], "4/4"),
  ])
  func taskIsAShard(variables: [String: String], shard: String) throws {
    #expect(try SlurmTask(variables).shard.description == shard)
  }

  @Test(arguments: [
    ([:], "outside Slurm"), (["SLURM_JOB_ID": "8", "SLURM_PROCID": "0", "SLURM_NTASKS": "4"], "neither a task"),
    (array("", 1, 4, count: 4), "SLURM_ARRAY_TASK_ID=: is not a whole number"),
    (array("-1", 1, 4, count: 4), "SLURM_ARRAY_TASK_ID=-1: is not a whole number"),
    (array("9", 1, 4, count: 4), "SLURM_ARRAY_TASK_ID=9: is not in 1-4"),
    (array("3", 1, 7, count: 3), "array of 3 tasks from 1 to 7"), (array("5", 5, 5, count: 1), "the one task 5"),
    (array("2", 1, 4, count: 4, step: 0), "SLURM_ARRAY_TASK_STEP=0"),
    (array("2", 1, 3, count: 2, step: 2), "array of 2 tasks"), (array("1", 4, 1, count: 4), "is not in 4-1"),
    (array("1", 0, 4_294_967_295, count: 1), "array of 1 tasks"),
    (array("2", 1, 3, count: 3).merging(["SLURM_NTASKS": "2", "SLURM_STEP_ID": "0"]) { $1 }, "2 times by srun"),
    (["SLURM_STEP_ID": "0", "SLURM_NTASKS": "2"], "SLURM_PROCID, which is not set"),
    (["SLURM_STEP_ID": "0", "SLURM_PROCID": "0"], "SLURM_NTASKS, which is not set"),
    (["SLURM_STEP_ID": "0", "SLURM_PROCID": "2", "SLURM_NTASKS": "2"], "SLURM_PROCID=2: is not one of"),
    (["SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "2000000"], "is not possible"),
  ])
  func oddVariablesAreNamed(variables: [String: String], words: String) {
    let error = #expect(throws: MVError.self) { try SlurmTask(variables) }
    #expect(error?.kind == .usage && error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func everyVariableIsNeeded() {
    for name in ["COUNT", "MIN", "MAX", "STEP"].map({ "SLURM_ARRAY_TASK_\($0)" }) {
      var variables = Self.array("2", 1, 4, count: 4)
      variables[name] = nil
      let error = #expect(throws: MVError.self) { try SlurmTask(variables) }
      #expect(error?.problem == "needs \(name), which is not set")
    }
  }
}
