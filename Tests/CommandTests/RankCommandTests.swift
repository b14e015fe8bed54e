import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

/// `mvmr train` as several processes, as `torchrun` and `srun` start it.
@Suite(.serialized) struct RankCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func words(_ output: String, _ more: String = "", timeout: String = "90") -> [String] {
    """
    synthetic:64 --output \(output) --set encoder=cifar-resnet --set widths=16-16-16 --set projector=16-12 \
    --set batch_size=16 --set lr=0.001 --set optimizer=sgd --set scheduler=constant --set policy=cifar --set epochs=3 \
    --set threads=1 --set workers=1 --set channels_last=false --set precision=float32 --set validate_every=0 \
    --rank-timeout \(timeout) \(more)
    """.split(separator: " ").map(String.init)
  }

  private func losses(_ run: String) throws -> [Double] {
    try String(contentsOf: url("\(run)/losses.csv"), encoding: .utf8).split(separator: "\n").dropFirst()
      .compactMap { Double($0.split(separator: ",")[2]) }
  }

  private func rows(_ run: String) throws -> [Float] {
    let outcome = try Tool.mvmr("embed", run, "synthetic:64", "--output", "\(run).h5", in: folder.url)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let features = try FeatureFile(reading: url("\(run).h5"))["train"].features("embedding")
    return features.matrix(0..<features.rows).values
  }

  @Test(arguments: [2, 4]) func processesTrainAsOne(_ count: Int) throws {
    let one = try Tool.run(Tool.folder.appending(path: "mvmr"), ["train"] + words("one"), in: folder.url)
    try #require(one.status == 0, "\(one.errors)")
    // torchrun keeps a store of its own at the port that it names, of a protocol that is not ours to know.
    let agent = try LoopbackServer([:])
    let ranks = try RankProcesses(count, words("several"), in: folder.url, port: count > 2 ? agent.port : nil) {
      if count > 2 { $2.merge(["TORCHELASTIC_USE_AGENT_STORE": "True", "MVMR_SHARED_MEMORY": "0"]) { $1 } }
    }
    #expect(ranks.ends() == Array(repeating: 0, count: count), "\((0..<count).map(ranks.errors))")
    // Rank 0 alone speaks.
    #expect(ranks.output(0).contains("trained for 12 steps"))
    let way = count > 2 ? "the network" : "shared memory"
    #expect(ranks.errors(0).contains("note: \(count) ranks train together, of 16 images a batch, through \(way)\n"))
    for rank in 1..<count {
      // But one that looks for rank 0 for long says so.
      let lines = ranks.errors(rank).split(separator: "\n").filter { !$0.contains("looks for rank 0 at") }
      #expect(ranks.output(rank).isEmpty && lines.isEmpty, "\(lines)")
    }
    let (a, b) = (try losses("one"), try losses("several"))
    let isAlike = zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($0)) }
    #expect(a.count == 3 && b.count == 3 && isAlike, "\(a) \(b)")
    let (x, y) = (try rows("one"), try rows("several"))
    let largest = x.map(abs).max() ?? 0
    #expect(x.count == y.count && !x.isEmpty && zip(x, y).allSatisfy { abs($0 - $1) <= 1e-3 * largest })
  }

  @Test(arguments: ["0", "1"]) func aRankThatIsKilledEndsTheOthers(_ sharingMemory: String) throws {
    let more = "--set epochs=100000 --set log_every=0"
    let ranks = try RankProcesses(4, words("run", more), in: folder.url) { $2["MVMR_SHARED_MEMORY"] = sharingMemory }
    #expect(ranks.wait(for: "epoch 2/", of: 0), "\(ranks.errors(0))")
    ranks.send(SIGKILL, to: 1)
    let ends = ranks.ends(within: 60)
    #expect(ends == [74, -9, 74, 74], "\(ends)")
    for rank in [0, 2, 3] {
      let lines = ranks.errors(rank).split(separator: "\n")
      let last = try #require(lines.last)
      let words = "mvmr: rank \(rank) of 4: has lost the others: one has ended or does not answer"
      #expect(last.hasPrefix(words), "\(last)")
      #expect(last.contains("--resume"))
    }
    // Fewer ranks go on from the last checkpoint.
    let step = try losses("run").count
    let resumed = try RankProcesses(
      2, words("run", "--resume --set epochs=\(step + 1)"), in: folder.url)
    #expect(resumed.ends() == [0, 0], "\(resumed.errors(0)) \(resumed.errors(1))")
    #expect(try losses("run").count == step + 1)
  }

  /// Ranks that wait for one that is late name it, and end where one of them does, which they name, too.
  @Test func aRankThatIsKilledWhileOthersWaitEndsThem() throws {
    let ranks = try RankProcesses(3, words("run", timeout: "100000"), in: folder.url) { $2["WORLD_SIZE"] = "4" }
    #expect(ranks.wait(for: "note: rank 0 of 4 waits for rank 3 for ", of: 0), "\(ranks.errors(0))")
    ranks.send(SIGKILL, to: 1)
    let ends = ranks.ends(within: 60)
    #expect(ends == [74, -9, 74], "\(ends)")
    for rank in [0, 2] {
      let last = try #require(ranks.errors(rank).split(separator: "\n").last)
      #expect(last.hasPrefix("mvmr: rank 1 of 4 (") && last.contains("has ended before all ranks had met"), "\(last)")
    }
    #expect(!FileManager.default.fileExists(atPath: url("run").path))
  }

  @Test(arguments: [0, 1]) func aKilledRunResumesToTheSameBytes(_ victim: Int) throws {
    func checkpoint(_ run: String) throws -> Data { try Data(contentsOf: url("\(run)/last.ckpt")) }
    let more = "--set epochs=40 --set optimizer=adam --set checkpoint_every=3 --resume"
    #expect(try RankProcesses(2, words("whole", more), in: folder.url).ends() == [0, 0])
    let ranks = try RankProcesses(2, words("killed", more), in: folder.url)
    #expect(ranks.wait(for: "epoch 5/", of: 0), "\(ranks.errors(0))")
    ranks.send(SIGKILL, to: victim)
    #expect(ranks.ends(within: 60)[1 - victim] == 74)
    #expect(try checkpoint("killed") != checkpoint("whole"))
    let resumed = try RankProcesses(2, words("killed", more), in: folder.url)
    #expect(resumed.ends() == [0, 0], "\(resumed.errors(0))")
    #expect(try checkpoint("killed") == checkpoint("whole"))
  }

  @Test(arguments: [(SIGTERM, 143), (SIGUSR1, 138)] as [(Int32, Int32)])
  func aSignalToOneRankStopsAllSaved(_ signal: Int32, _ code: Int32) throws {
    let more = "--set epochs=100000 --set checkpoint_every=100000"
    let ranks = try RankProcesses(2, words("run", more), in: folder.url)
    #expect(ranks.wait(for: "epoch 2/", of: 0), "\(ranks.errors(0))")
    ranks.send(signal, to: 1)
    // What starts ranks may send it again to all.
    if signal == SIGTERM { ranks.send(signal, to: 1) }
    #expect(ranks.ends(within: 60) == [130, code], "\(ranks.errors(0)) \(ranks.errors(1))")
    for rank in 0..<2 { #expect(ranks.errors(rank).contains("run: was stopped after step "), "\(ranks.errors(rank))") }
    #expect(FileManager.default.fileExists(atPath: url("run/last.ckpt").path))
    let resumed = try RankProcesses(2, words("run", "\(more) --resume"), in: folder.url)
    #expect(resumed.wait(for: "note: resuming after step ", of: 0), "\(resumed.errors(0))")
  }

  /// Every rank says in one line what is wrong, and none waits for long.
  @Test func badInputIsOneLineOnEveryRank() throws {
    func expect(
      _ words: String, _ code: Int32, _ ranks: RankProcesses, _ count: Int = 2,
      at location: SourceLocation = #_sourceLocation
    ) {
      #expect(ranks.ends(within: 60) == Array(repeating: code, count: count), sourceLocation: location)
      for rank in 0..<count {
        let lines = ranks.errors(rank).split(separator: "\n").filter { $0.hasPrefix("mvmr: ") }
        #expect(lines.count == 1 && lines[0].contains(words), "\(ranks.errors(rank))", sourceLocation: location)
      }
    }
    expect(
      "batch_size=15: cannot be dealt out to 2 ranks in equal parts", 64,
      try RankProcesses(2, words("a", "--set batch_size=15"), in: folder.url))
    expect(
      "rank 1 of 2: has setting lr 0.5 where rank 0 has 0.001", 64,
      try RankProcesses(2, words("b"), in: folder.url) { rank, words, _ in
        if rank == 1 { words += ["--set", "lr=0.5"] }
      })
    expect(
      "rank 1 of 2: has the number of images 68 of 32x32x3 where rank 0 has 64 of 32x32x3", 64,
      try RankProcesses(2, words("c"), in: folder.url) { rank, words, _ in
        if rank == 1 { words[1] = "synthetic:68" }
      })
    expect(
      "variable MASTER_ADDR: is missing, and WORLD_SIZE=2 says that several processes compute together", 64,
      try RankProcesses(2, words("d"), in: folder.url) { _, _, environment in environment["MASTER_ADDR"] = nil })
    expect(
      "device=cuda: is not possible", 64,
      try RankProcesses(2, words("e", "--device cuda"), in: folder.url) { _, _, environment in
        environment["CUDA_VISIBLE_DEVICES"] = ""
      })
    expect(
      "is one of several, and a search is for one process", 64,
      try RankProcesses(2, words("f", "--find-lr"), in: folder.url))
    expect(
      "--rank-timeout soon: is not a number of seconds", 64,
      try RankProcesses(2, words("g", timeout: "soon"), in: folder.url))
    expect(
      "MVMR_SHARED_MEMORY: is yes; give 0 or 1", 64,
      try RankProcesses(2, words("i"), in: folder.url) { $2["MVMR_SHARED_MEMORY"] = "yes" })
    // Nobody listens at the master's port, and nobody comes.
    let port = try RankThreads.freePort()
    let short = words("h", timeout: "1")
    let lonely = try RankProcesses(1, short, in: folder.url, port: port) { _, _, environment in
      environment["RANK"] = "1"
      environment["WORLD_SIZE"] = "2"
    }
    expect("rank 1 of 2: does not reach rank 0 at 127.0.0.1:\(port) in 1 s: Connection refused", 74, lonely, 1)
    let waiting = try RankProcesses(1, short, in: folder.url) { _, _, environment in environment["WORLD_SIZE"] = "2" }
    expect("rank 0 of 2: has waited 1 s for rank 1", 74, waiting, 1)
    for name in "abcdefghi" { #expect(!FileManager.default.fileExists(atPath: url("\(name)/last.ckpt").path)) }
  }
}
