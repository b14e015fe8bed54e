import Foundation
import TestSupport
import Testing

/// The threads that a program starts are as many as the processors that it was given.
struct ProcessorTests {
  /// A processor that this process may run on.
  private static let allowed: String? = {
    let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n") ?? []
    let list = lines.first { $0.hasPrefix("Cpus_allowed_list:") }?.split(separator: "\t").last
    return list.map { String($0.prefix { $0.isNumber }) }
  }()

  private static let taskset = URL(filePath: "/usr/bin/taskset")

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: taskset.path)))
  func affinityCounts() throws {
    let allowed = try #require(Self.allowed)
    let bench = Tool.folder.appending(path: "mvmr-bench").path
    let words = ["representations", "--representation", "pixels", "--limit", "2", "--json"]
    let run = try Tool.run(Self.taskset, ["-c", allowed, bench] + words)
    #expect(run.status == 0, "\(run.errors)")
    let machine = try #require(try run.json()["machine"] as? [String: Any])
    #expect(machine["cores"] as? Int == 1)
  }

  /// A measurement that leaves newer instructions alone says what it has used.
  @Test func measurementsKeepToOlderInstructions() throws {
    let bench = Tool.folder.appending(path: "mvmr-bench")
    let words = ["representations", "--representation", "pixels", "--limit", "2", "--json"]
    func kernels(_ limit: [String: String]) throws -> String {
      let run = try Tool.run(bench, words, environment: limit)
      #expect(run.status == 0, "\(run.errors)")
      return try #require((try run.json()["machine"] as? [String: Any])?["kernels"] as? String)
    }
    let whole = try kernels([:])
    guard whole.hasPrefix("AVX") else { return }
    #expect(!(try kernels(["MVMR_INSTRUCTIONS": "avx2"])).hasPrefix("AVX3"))
    #expect(try kernels(["MVMR_INSTRUCTIONS": "avx512"]) == whole + " without VNNI and bfloat16")
    let run = try Tool.run(bench, words, environment: ["MVMR_INSTRUCTIONS": "sse9"])
    #expect(run.status == 64 && run.errors.contains("MVMR_INSTRUCTIONS: is sse9; give"), "\(run.errors)")
  }

  /// Libraries that count for themselves are told, unless the user has chosen.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: taskset.path)))
  func aTrainingOnOneProcessorHasOneThread() throws {
    let allowed = try #require(Self.allowed)
    let folder = FileManager.default.temporaryDirectory.appending(path: "mvmr-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=16", "epochs=1"]
    func train(_ name: String, _ more: [String], on program: [String]) throws -> Data {
      let words =
        [Tool.folder.appending(path: "mvmr").path, "train", "synthetic:64", "--output"]
        + [folder.appending(path: name).path] + (settings + more).flatMap { ["--set", $0] }
      let all = program + words
      let run = try Tool.run(URL(filePath: all[0]), Array(all.dropFirst()))
      #expect(run.status == 0, "\(run.errors)")
      return try Data(contentsOf: folder.appending(path: "\(name)/losses.csv"))
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // The columns of loss depend on the number of threads and on nothing else that differs between the two.
    func losses(_ data: Data) -> [Substring] {
      String(decoding: data, as: UTF8.self).split(separator: "\n").last?.split(separator: ",").prefix(3).map { $0 }
        ?? []
    }
    let pinned = try train("pinned", [], on: [Self.taskset.path, "-c", allowed])
    let single = try train("single", ["threads=1"], on: [])
    #expect(losses(pinned).count == 3 && losses(pinned) == losses(single))
  }

  /// Threads that make way for others share a processor: no bit of the result may depend on that.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: taskset.path)), arguments: ["float32", "bf16"])
  func bitsDependOnThreadsAndNotOnProcessors(precision: String) throws {
    let allowed = try #require(Self.allowed)
    let folder = FileManager.default.temporaryDirectory.appending(path: "mvmr-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func weights(_ name: String, on program: [String]) throws -> Data {
      let settings = ["encoder=cifar-resnet", "projector=8", "batch_size=16", "epochs=1", "validate_every=0"]
      let words =
        program + [Tool.folder.appending(path: "mvmr").path, "train", "synthetic:48", "--output"]
        + [folder.appending(path: name).path]
        + (settings + ["threads=2", "precision=\(precision)"]).flatMap { ["--set", $0] }
      let run = try Tool.run(URL(filePath: words[0]), Array(words.dropFirst()))
      #expect(run.status == 0, "\(run.errors)")
      let file = try Data(contentsOf: folder.appending(path: "\(name)/last.ckpt"))
      // The tensors stand behind a header, whose length is the first number.
      let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      return file.dropFirst(8 + length)
    }
    let free = try weights("free", on: [])
    #expect(try !free.isEmpty && free == weights("pinned", on: [Self.taskset.path, "-c", allowed]))
  }

  @Test func quietLeavesOutProgressAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mvmr-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let settings = ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=16", "epochs=2"]
      .flatMap { ["--set", $0] }
    func train(_ name: String, _ more: String...) throws -> Tool.Outcome {
      try Tool.run(
        Tool.folder.appending(path: "mvmr"),
        ["train", "synthetic:64", "--output", folder.appending(path: name).path] + settings + more)
    }
    let loud = try train("loud")
    #expect(loud.status == 0 && loud.errors.contains("epoch 1/2"), "\(loud.errors)")
    for (name, word) in [("quiet", "--quiet"), ("short", "-q")] {
      let quiet = try train(name, word)
      let lines = quiet.errors.split(separator: "\n")
      #expect(quiet.status == 0 && lines.allSatisfy { $0.hasPrefix("note: ") }, "\(quiet.errors)")
      // Notes stay, and the result is the same.
      #expect(lines.count == 1 && quiet.output.contains("last.ckpt"), "\(quiet.errors) \(quiet.output)")
    }
  }
}
