import Foundation
import MVCore
import MVFiles
import MVImaging
import MVStore
import TestSupport
import Testing

/// Shards, merging, converting and compressing from the command line.
struct ShardCommandTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func mvmr(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws -> Tool.Outcome {
    let run = try Tool.run(tool, arguments)
    try #require(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    return run
  }

  private func rows(_ name: String) throws -> [[Float]] {
    let file = try FeatureFile(reading: URL(filePath: path(name)))
    #expect(file.isComplete)
    return try file.splits.map { try $0.features("hog").matrix.values }
  }

  @Test func shardsMergeToTheWhole() throws {
    _ = try mvmr("extract", "synthetic:1000", "--representation", "hog", "--output", path("whole.h5"))
    let expected = try rows("whole.h5")
    for index in 1...3 {
      _ = try mvmr(
        "extract", "synthetic:1000", "--representation", "hog", "--shard", "\(index)/3", "--output",
        path("part\(index).h5"))
    }
    let parts = (1...3).map { path("part\($0).h5") }
    #expect(try mvmr("inspect", parts[1]).output.contains("shard 2/3: 333 of 1000 train, 83 of 250 test"))
    let merged = try mvmr("merge", parts[2], parts[0], parts[1], "--output", path("all.h5"), "--json").json()
    #expect(merged["rows"] as? Int == 1250 && merged["shards"] as? Int == 3)
    #expect(try mvmr("inspect", path("all.h5")).output.contains("joins: part1.h5, part2.h5, part3.h5"))
    #expect(try mvmr("verify", path("all.h5")).output.contains("every checksum right"))
    _ = try mvmr("merge", parts[0], parts[1], parts[2], "--copy", "--output", path("copy.h5"))
    _ = try mvmr("merge", parts[0], parts[1], parts[2], "--compress", "--output", path("packed.h5"))
    for name in ["all.h5", "copy.h5", "packed.h5"] { #expect(try rows(name) == expected, "\(name)") }
    let knn = ["--representation", "hog", "--k", "5", "--json"]
    let scores = try ["whole.h5", "all.h5"].map {
      try Tool.run(tool, ["knn", path($0)] + knn).json()["results"] as? NSArray
    }
    #expect(scores[0] != nil && scores[0] == scores[1])
    // The copy is a file of the plan without shards: the same extract has nothing left to do.
    let rerun = try mvmr(
      "extract", "synthetic:1000", "--representation", "hog", "--shard", "2/3", "--output", parts[1], "--json")
    #expect(try rerun.json()["rows_before"] as? Int == 416)
    let again = try mvmr("extract", "synthetic:1000", "--representation", "hog", "--output", path("copy.h5"), "--json")
    #expect(try again.json()["rows_before"] as? Int == 1250)
    let missing = try Tool.mvmr("merge", parts[0], parts[2], "--output", path("x.h5"))
    #expect(missing.status == 66 && missing.errors.contains("2/3 is not given"), "\(missing.errors)")
    let doubled = try Tool.mvmr("merge", parts[0], parts[0], parts[1], parts[2], "--output", path("x.h5"))
    #expect(doubled.status == 64 && doubled.errors.contains("part1.h5"), "\(doubled.errors)")
    let other = try Tool.mvmr(
      "extract", "synthetic:1000", "--representation", "hog", "--shard", "1/3", "--output", parts[1])
    #expect(other.status == 64 && other.errors.contains("holds shard 2/3"), "\(other.errors)")
    for text in ["4/3", "x", "Slurm"] {
      let run = try Tool.mvmr(
        "extract", "synthetic:1000", "--representation", "hog", "--shard", text, "--output", path("x.h5"))
      #expect(run.status == 64 && run.errors.contains("shard"), "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: path("x.h5")))
  }

  /// A task that has nothing to do leaves a file, and merge takes it; no other command makes something of it.
  @Test func moreShardsThanRows() throws {
    let images = try Fixture.images("images/rgb32")
    let photos = folder.url.appending(path: "photos")
    try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
    for index in 1...5 { try images[index % images.count].writePNG(to: photos.appending(path: "\(index).png")) }
    let arguments = ["extract", "folder:\(photos.path)", "--representation", "hog"]
    for index in 1...7 {
      let part = ["--shard", "\(index)/7", "--output", path("\(index).h5")] + (index % 2 == 0 ? ["--compress"] : [])
      for _ in 1...2 {
        let run = try Tool.run(tool, arguments + part)
        #expect(run.status == 0, "\(run.errors)")
      }
    }
    #expect(try mvmr("inspect", path("1.h5")).output.contains("shard 1/7: 0 of 5 all"))
    #expect(try mvmr("inspect", path("1.h5"), "--json").json()["complete"] as? Bool == true)
    _ = try mvmr("verify", path("1.h5"))
    for line in [["compare"], ["probe"], ["knn", "--representation", "hog", "--k", "1"]] {
      let scored = try Tool.run(tool, [line[0], path("1.h5")] + line[1...])
      #expect(scored.status == 64 || scored.status == 65, "\(line): \(scored.status) \(scored.errors)")
    }
    for mode in [["--copy"], ["--compress"], []] {
      let merged = try Tool.run(
        tool, ["merge"] + (1...7).map { path("\($0).h5") } + ["--output", path("all.h5"), "--overwrite"] + mode)
      #expect(merged.status == 0 && merged.output.contains("5 rows of 7 shards"), "\(merged.errors)")
      _ = try mvmr("verify", path("all.h5"))
      let joins = try mvmr("inspect", path("all.h5"), "--json").json()["sources"] as? [String]
      #expect(joins == (mode.isEmpty ? ["2.h5", "3.h5", "5.h5", "6.h5", "7.h5"] : []))
    }
  }

  /// An empty file of another plan is no obstacle, as there is nothing in it to lose.
  @Test func anEmptyShardGivesWay() throws {
    let images = try Fixture.images("images/rgb32")
    let photos = folder.url.appending(path: "photos")
    try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
    for index in 1...2 { try images[index % images.count].writePNG(to: photos.appending(path: "\(index).png")) }
    for (shard, rows) in [("1/3", 0), ("1/2", 1), ("1/2", 1)] {
      let run = try mvmr(
        "extract", "folder:\(photos.path)", "--representation", "hog", "--shard", shard, "--output", path("1.h5"),
        "--json")
      #expect(try run.json()["rows"] as? Int == rows)
    }
    let refused = try Tool.mvmr(
      "extract", "folder:\(photos.path)", "--representation", "hog", "--shard", "1/3", "--output", path("1.h5"))
    #expect(refused.status == 64 && refused.errors.contains("holds shard 1/2"), "\(refused.errors)")
  }

  /// Processes that torchrun or srun has started share the rows where they are told to, and do nothing where not.
  @Test func severalProcessesShareRowsOrAreRefused() throws {
    func run(_ variables: [String: String], _ words: String...) throws -> Tool.Outcome {
      let names = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("SLURM_") } + ["RANK", "WORLD_SIZE"]
      return try Tool.run(
        URL(filePath: "/usr/bin/env"),
        names.flatMap { ["-u", $0] } + variables.map { "\($0.key)=\($0.value)" } + [tool.path] + words)
    }
    let extract = ["synthetic:21", "--representation", "hog", "--output"]
    for rank in 0..<2 {
      let outcome = try run(
        ["RANK": "\(rank)", "WORLD_SIZE": "2"], "extract", extract[0], extract[1], extract[2], extract[3],
        path("t\(rank).h5"), "--shard", "torchrun")
      #expect(outcome.status == 0 && outcome.errors.contains("shard \(rank + 1)/2: rank \(rank) of 2"), "\(outcome)")
    }
    _ = try mvmr("merge", path("t0.h5"), path("t1.h5"), "--output", path("torchrun.h5"))
    for (variables, word) in [
      (["RANK": "1", "WORLD_SIZE": "4"], "torchrun"), (["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"], "slurm"),
    ] {
      let outcome = try run(
        variables, "extract", extract[0], extract[1], extract[2], extract[3], path("none.h5"))
      #expect(
        outcome.status == 64 && outcome.errors.contains("process 1 of 4: would write the same file"), "\(outcome)")
      #expect(outcome.errors.contains("give --shard \(word)"), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: path("none.h5")))
    }
    for variables in [["WORLD_SIZE": "2"], ["RANK": "2", "WORLD_SIZE": "2"], ["RANK": "x", "WORLD_SIZE": "2"]] {
      let outcome = try run(
        variables, "extract", extract[0], extract[1], extract[2], extract[3], path("x.h5"), "--shard", "torchrun")
      #expect(outcome.status == 64, "\(outcome)")
    }
    // One process is none of several.
    let alone = try run(
      ["RANK": "0", "WORLD_SIZE": "1"], "extract", extract[0], extract[1], extract[2], extract[3], path("alone.h5"))
    #expect(alone.status == 0, "\(alone)")
  }

  /// The numbers of a task are read from what Slurm sets.
  @Test func slurmSaysWhichShard() throws {
    func extract(_ variables: [String: String], _ name: String) throws -> Tool.Outcome {
      // Whoever tests within Slurm has its variables already.
      let unset = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("SLURM_") }.flatMap { ["-u", $0] }
      return try Tool.run(
        URL(filePath: "/usr/bin/env"),
        unset + variables.map { "\($0.key)=\($0.value)" } + [
          tool.path, "extract", "synthetic:20", "--representation", "hog", "--shard", "slurm", "--output", path(name),
        ])
    }
    let array = [
      "SLURM_JOB_ID": "9", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "2", "SLURM_ARRAY_TASK_COUNT": "3",
      "SLURM_ARRAY_TASK_STEP": "1", "SLURM_PROCID": "0",
    ]
    for task in 0..<3 {
      let run = try extract(array.merging(["SLURM_ARRAY_TASK_ID": "\(task)"]) { $1 }, "\(task).h5")
      #expect(run.status == 0 && run.errors.contains("shard \(task + 1)/3: task \(task) of the array 0-2"), "\(run)")
    }
    _ = try mvmr("merge", path("0.h5"), path("1.h5"), path("2.h5"), "--output", path("all.h5"))
    let outside = try extract([:], "x.h5")
    #expect(outside.status == 64 && outside.errors.contains("sbatch --array=1-N"), "\(outside.errors)")
    let odd = try extract(array.merging(["SLURM_ARRAY_TASK_ID": "three"]) { $1 }, "x.h5")
    #expect(odd.status == 64 && odd.errors.contains("SLURM_ARRAY_TASK_ID=three"), "\(odd.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("x.h5")))
  }

  /// Embeddings are shared out as representations are.
  @Test func embeddingsOfShards() throws {
    _ = try mvmr(
      "train", "synthetic:20", "--set", "encoder=cifar-resnet", "--set", "widths=4-6-8", "--set", "projector=16-12",
      "--set", "batch_size=8", "--set", "epochs=1", "--set", "policy=cifar", "--set", "precision=float32", "--output",
      path("run"))
    _ = try mvmr("embed", path("run"), "synthetic:20", "--augmented", "1", "--output", path("whole.h5"))
    for index in 1...3 {
      _ = try mvmr(
        "embed", path("run"), "synthetic:20", "--augmented", "1", "--shard", "\(index)/3", "--output",
        path("\(index).h5"))
    }
    _ = try mvmr("merge", path("1.h5"), path("2.h5"), path("3.h5"), "--output", path("all.h5"))
    let files = try ["whole.h5", "all.h5"].map { try FeatureFile(reading: URL(filePath: path($0))) }
    #expect(files[0].splits.map(\.name) == files[1].splits.map(\.name) && files[0].splits.count == 3)
    for (one, other) in zip(files[0].splits, files[1].splits) {
      #expect(one.ids == other.ids && one.labels == other.labels)
      let (whole, parts) = (try one.features("embedding").matrix.values, try other.features("embedding").matrix.values)
      // Batches of other sizes may take other ways through the network.
      #expect(whole.count == parts.count && zip(whole, parts).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  @Test func convertThereAndBack() throws {
    let file = path("features.h5")
    _ = try mvmr(
      "extract", "synthetic:200", "--representation", "hog", "--representation", "color", "--dtype", "float16",
      "--output",
      file, "--compress")
    #expect(try mvmr("inspect", file).output.contains("float16, compressed"))
    _ = try mvmr(
      "extract", "synthetic:200", "--representation", "hog", "--representation", "color", "--dtype", "float16",
      "--output",
      file, "--compress")
    let expected = try rows("features.h5")
    _ = try mvmr("convert", file, "--output", path("plain.h5"))
    #expect(try rows("plain.h5") == expected)
    _ = try mvmr("convert", file, "--output", path("arrays"), "--representation", "hog")
    #expect(try NumPyArray(contentsOf: folder.url.appending(path: "arrays/train/hog.npy")).element == .float16)
    _ = try mvmr("convert", path("arrays"), "--output", path("back.h5"))
    #expect(try rows("back.h5") == expected)
    _ = try mvmr(
      "convert", "train/hog=\(path("arrays/train/hog.npy"))", "test/hog=\(path("plain.h5")):test/hog", "--like", file,
      "--compress", "--output", path("teacher.h5"))
    #expect(try rows("teacher.h5") == expected)
    let knn = ["--representation", "hog", "--k", "5", "--json"]
    let scores = try ["plain.h5", "teacher.h5"].map {
      try Tool.run(tool, ["knn", path($0)] + knn).json()["results"] as? NSArray
    }
    #expect(scores[0] != nil && scores[0] == scores[1])
    for (arguments, status, words) in [
      ([file, "--output", path("arrays")], 64, "is there already"),
      ([file, "--output", path("plain.h5")], 64, "--overwrite"),
      ([file, file, "--output", path("y.h5")], 64, "too many"),
      ([path("no.h5"), "--output", path("y")], 66, "no.h5"),
      (["train/a=no.npy", "--output", path("y.h5")], 66, "no.npy"),
      (["train/a=no.npy", "--output", path("y")], 64, "is not FILE.h5"),
      ([file, "--output", path("y"), "--compress"], 64, "--compress"),
    ] {
      let run = try Tool.run(tool, ["convert"] + arguments)
      #expect(run.status == Int32(status) && run.errors.contains(words), "\(arguments): \(run.status) \(run.errors)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasPrefix(".") }
    #expect(left.isEmpty, "\(left)")
  }

  /// The scripts of the documentation, on a small source and two shards instead of sixteen.
  @Test func theScriptsForSeveralMachines() throws {
    let page = try #require(Page.all.first { $0.name.hasSuffix("/Scaling.md") })
    let scripts = page.fences("sh").map { script in
      script.replacing("folder:/data/photos --size 224x224", with: "synthetic:400").replacing(",sketch=1024", with: "")
        .replacing("scattering:J=2,L=8", with: "color").replacing("{}/16", with: "{}/2")
        .replacing("seq 16", with: "seq 2").replacing("--sshloginfile hosts", with: "")
    }
    let slurm = try #require(scripts.first { $0.contains("#SBATCH") })
    let parallel = try #require(scripts.first { $0.hasPrefix("parallel ") })
    let merges = try #require(page.fences("").first { $0.contains("mvmr merge") })
    let bash = URL(filePath: "/bin/bash")
    let search = "\(Tool.folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    func run(_ script: String, in place: String, _ task: Int? = nil) throws {
      let array = task.map { task in
        [
          "SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "2",
          "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_STEP": "1", "SLURM_CPUS_PER_TASK": "2",
        ]
      }
      let done = try Tool.run(
        bash, ["-ec", script.replacing("/shared/", with: "\(path(place))/")],
        environment: ["PATH": search].merging(array ?? [:]) { $1 })
      #expect(done.status == 0, "\(script): \(done.errors)")
    }
    for place in ["slurm", "xargs", "parallel"] {
      try FileManager.default.createDirectory(atPath: path(place), withIntermediateDirectories: true)
    }
    for task in 1...2 { try run(slurm, in: "slurm", task) }
    // xargs runs the same command, {} and all, also where there is no GNU parallel.
    let lines = parallel.replacing("\\\n", with: " ")
    let start = try #require(lines.range(of: "mvmr extract"))
    let end = try #require(lines.range(of: " :::"))
    try run("seq 2 | xargs -P 2 -I '{}' \(lines[start.lowerBound..<end.lowerBound])", in: "xargs")
    let version = try Tool.run(bash, ["-c", "parallel --version 2>/dev/null || true"])
    let hasParallel = version.output.contains("GNU parallel")
    if hasParallel { try run(parallel, in: "parallel") } else { print("skipped GNU parallel, which is not installed") }
    for place in ["slurm", "xargs"] + (hasParallel ? ["parallel"] : []) {
      try run(merges, in: place)
      for name in ["photos.h5", "photos-plain.h5"] {
        let file = try FeatureFile(reading: URL(filePath: path("\(place)/\(name)")))
        #expect(file.isComplete)
        #expect(try file["train"].count == 400 && file.verify().missingBlocks == 0)
      }
    }
  }
}
