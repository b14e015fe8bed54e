import Foundation
import MVCore
import MVFiles
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
    #expect(try mvmr("inspect", parts[1]).output.contains("shard 2/3: 256 of 1000 train"))
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
    let again = try mvmr("extract", "synthetic:1000", "--representation", "hog", "--output", path("copy.h5"), "--json")
    #expect(try again.json()["rows_before"] as? Int == 1250)
    let missing = try Tool.mvmr("merge", parts[0], parts[2], "--output", path("x.h5"))
    #expect(missing.status == 66 && missing.errors.contains("2/3 is not given"), "\(missing.errors)")
    let doubled = try Tool.mvmr("merge", parts[0], parts[0], parts[1], parts[2], "--output", path("x.h5"))
    #expect(doubled.status == 64 && doubled.errors.contains("part1.h5"), "\(doubled.errors)")
    let other = try Tool.mvmr(
      "extract", "synthetic:1000", "--representation", "hog", "--shard", "1/3", "--output", parts[1])
    #expect(other.status == 64 && other.errors.contains("holds shard 2/3"), "\(other.errors)")
    for text in ["4/3", "x", "1/300"] {
      let run = try Tool.mvmr(
        "extract", "synthetic:1000", "--representation", "hog", "--shard", text, "--output", path("x.h5"))
      #expect(run.status == 64 && run.errors.contains("shard"), "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: path("x.h5")))
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
    let page = try #require(Page.all.first { $0.name.hasSuffix("/FeatureFile.md") })
    let scripts = page.fences("sh").map { script in
      script.replacing("stl10:/data/stl10_binary", with: "synthetic:400").replacing("/16\"", with: "/2\"")
        .replacing("{}/16", with: "{}/2").replacing("seq 16", with: "seq 2").replacing("--sshloginfile hosts", with: "")
    }
    let slurm = try #require(scripts.first { $0.contains("#SBATCH") })
    let parallel = try #require(scripts.first { $0.hasPrefix("parallel ") })
    let merges = try #require(page.fences("").first { $0.contains("mvmr merge") })
    let bash = URL(filePath: "/bin/bash")
    let search = "\(Tool.folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    func run(_ script: String, in place: String, _ task: Int? = nil) throws {
      let variables = ["PATH": search].merging(task.map { ["SLURM_ARRAY_TASK_ID": "\($0)"] } ?? [:]) { $1 }
      let done = try Tool.run(
        bash, ["-ec", script.replacing("/shared/", with: "\(path(place))/")], environment: variables)
      #expect(done.status == 0, "\(script): \(done.errors)")
    }
    for place in ["slurm", "xargs", "parallel"] {
      try FileManager.default.createDirectory(atPath: path(place), withIntermediateDirectories: true)
    }
    for task in 1...2 { try run(slurm, in: "slurm", task) }
    // xargs runs the same command, {} and all, also where there is no GNU parallel.
    let command = parallel.replacing(" :::", with: "\n:::").split(separator: "\n").first { $0.contains("mvmr extract") }
    try run("seq 2 | xargs -P 2 -I '{}' \(try #require(command))", in: "xargs")
    let version = try Tool.run(bash, ["-c", "parallel --version 2>/dev/null || true"])
    let hasParallel = version.output.contains("GNU parallel")
    if hasParallel { try run(parallel, in: "parallel") } else { print("skipped GNU parallel, which is not installed") }
    for place in ["slurm", "xargs"] + (hasParallel ? ["parallel"] : []) {
      try run(merges, in: place)
      for name in ["stl10.h5", "stl10-plain.h5"] {
        let file = try FeatureFile(reading: URL(filePath: path("\(place)/\(name)")))
        #expect(file.isComplete)
        #expect(try file["train"].count == 400 && file.verify().missingBlocks == 0)
      }
    }
  }
}
