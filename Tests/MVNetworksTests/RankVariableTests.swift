import MVCore
import Testing

@testable import MVNetworks

/// How a process learns its rank, of `torchrun` and of Slurm.
@Suite struct RankVariableTests {
  private let torchrun = [
    "RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "0", "MASTER_ADDR": "node7", "MASTER_PORT": "29500",
  ]

  @Test func torchrunSaysIt() throws {
    let ranks = try #require(try Ranks(environment: torchrun))
    #expect(ranks.rank == 1 && ranks.size == 4 && ranks.localRank == 0 && ranks.host == "node7")
    #expect(ranks.ports == [29_500] && !ranks.isFirst && "\(ranks)" == "rank 1 of 4")
    // What keeps a store of its own at that port leaves the next ones.
    let kept = try Ranks(environment: torchrun.merging(["TORCHELASTIC_USE_AGENT_STORE": "True"]) { $1 })
    #expect(try #require(kept).ports == Array(29_501...29_516))
    let high = torchrun.merging(["TORCHELASTIC_USE_AGENT_STORE": "True", "MASTER_PORT": "65530"]) { $1 }
    #expect(try #require(try Ranks(environment: high)).ports.allSatisfy { (1...65_535).contains($0) && $0 != 65_530 })
    #expect(try Ranks(environment: torchrun.merging(["WORLD_SIZE": "1"]) { $1 }) == nil)
    #expect(try Ranks(environment: [:]) == nil)
  }

  @Test(arguments: ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]) func whatIsMissingIsNamed(_ name: String) {
    var environment = torchrun
    environment[name] = nil
    let error = #expect(throws: MVError.self) { try Ranks(environment: environment) }
    #expect(error?.kind == .usage && error?.subject == "variable \(name)", "\(error.map { "\($0)" } ?? "")")
    environment[name] = "four"
    guard name != "MASTER_ADDR" else { return }
    let wrong = #expect(throws: MVError.self) { try Ranks(environment: environment) }
    #expect(wrong?.subject == "variable \(name)=four")
  }

  @Test func aRankIsBelowTheirNumber() {
    #expect(throws: MVError.self) { try Ranks(environment: torchrun.merging(["RANK": "4"]) { $1 }) }
    #expect(throws: MVError.self) { try Ranks(environment: torchrun.merging(["MASTER_PORT": "65536"]) { $1 }) }
  }

  @Test func slurmSaysIt() throws {
    let step = [
      "SLURM_STEP_ID": "0", "SLURM_PROCID": "3", "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "4",
      "SLURM_LOCALID": "1", "SLURM_JOB_ID": "4711", "SLURM_JOB_NODELIST": "gpu[07-08,12]", "SLURM_NNODES": "3",
    ]
    let ranks = try #require(try Ranks(environment: step))
    #expect(ranks.rank == 3 && ranks.size == 4 && ranks.localRank == 1 && ranks.host == "gpu07")
    #expect(ranks.ports == Array(14_712...14_727))
    #expect(try #require(try Ranks(environment: step.merging(["SLURM_NNODES": "1"]) { $1 })).host == "127.0.0.1")
    #expect(try #require(try Ranks(environment: step.merging(["MASTER_ADDR": "head"]) { $1 })).host == "head")
    // The script of a batch job runs once, whatever tasks the job has asked for.
    #expect(try Ranks(environment: step.filter { !$0.key.hasPrefix("SLURM_STEP") }) == nil)
    #expect(try Ranks(environment: step.merging(["SLURM_STEP_NUM_TASKS": "1"]) { $1 }) == nil)
    // torchrun within a step goes first.
    #expect(try #require(try Ranks(environment: step.merging(torchrun) { $1 })).host == "node7")
  }

  @Test(arguments: [
    ("node1", "node1"), ("node[01-03,7],other5", "node01"), ("a,b", "a"), ("rack[2-3]n[4,5]-ib", "rack2n4-ib"),
    ("", nil),
  ]) func theFirstNodeOfAList(_ list: String, _ name: String?) {
    #expect(RankVariables.firstNode(of: list) == name)
  }
}
