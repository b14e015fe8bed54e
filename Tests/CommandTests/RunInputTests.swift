import Foundation
import TestSupport
import Testing

/// What a run begins from stands after it as before: no run is put in its place.
@Suite(.serialized) struct RunInputTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default
  private let network: Data
  private static let small = ["encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=8", "threads=1"]
    .flatMap { ["--set", $0] }
  private static let quick = ["epochs=1", "batch_size=8", "warmup_epochs=0", "threads=1"].flatMap { ["--set", $0] }

  init() throws {
    folder = try TemporaryFolder()
    let words = ["train", "synthetic:32", "--output", "run", "--set", "epochs=1"] + Self.small
    let made = try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
    try #require(made.status == 0, "\(made.errors)")
    network = try Data(contentsOf: folder.url.appending(path: "run/last.ckpt"))
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func run(_ words: [String]) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
  }

  /// Makes `own` anew, with one file in it.
  private func makeFolder(with content: Data, as name: String) throws {
    try? manager.removeItem(at: place("own"))
    try manager.createDirectory(at: place("own"), withIntermediateDirectories: false)
    try content.write(to: place("own/\(name)"))
  }

  /// Runs a command which would write over `own/NAME`, alone there, that it reads.
  private func expectRefused(
    _ words: [String], _ name: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try Data(contentsOf: place("own/\(name)"))
    let outcome = try run(words)
    #expect(outcome.status == 64, "\(words): \(outcome.status) \(outcome.errors)", sourceLocation: location)
    let last = outcome.errors.split(separator: "\n").last ?? ""
    #expect(
      last.contains("stands where the run in") && last.contains("--output"), "\(words): \(outcome.errors)",
      sourceLocation: location)
    #expect(try Data(contentsOf: place("own/\(name)")) == before, "\(words)", sourceLocation: location)
    #expect(try manager.contentsOfDirectory(atPath: place("own").path) == [name], "\(words)", sourceLocation: location)
  }

  @Test(arguments: ["last.ckpt", "best.ckpt"]) func aNetworkIsNotReplacedByItsOwnRun(_ name: String) throws {
    try makeFolder(with: network, as: name)
    // Under other names, too.
    try manager.createSymbolicLink(atPath: place("alias").path, withDestinationPath: "own")
    try manager.createSymbolicLink(atPath: place("link.ckpt").path, withDestinationPath: "own/\(name)")
    try manager.linkItem(at: place("own/\(name)"), to: place("twin.ckpt"))
    for given in ["own/\(name)", "link.ckpt", "twin.ckpt"] {
      for output in ["own", "alias", "own/../own/"] {
        try expectRefused(["finetune", given, "synthetic:32", "--output", output] + Self.quick, name)
        try expectRefused(["train", "synthetic:32", "--init", given, "--output", output] + Self.quick, name)
      }
      try expectRefused(
        ["train", "synthetic:32", "--teacher", given, "--output", "own", "--set", "epochs=1"] + Self.small, name)
    }
    if name == "best.ckpt" {
      // There is no run to go on with, so that one would begin.
      let resume = ["--resume", "--output", "own"] + Self.quick
      try expectRefused(["finetune", "own/best.ckpt", "synthetic:32"] + resume, name)
      try expectRefused(["train", "synthetic:32", "--init", "own/best.ckpt"] + resume, name)
    }
    // Elsewhere it serves, and stays.
    for words in [["finetune", "own/\(name)", "synthetic:32"], ["train", "synthetic:32", "--init", "own/\(name)"]] {
      let made = try run(words + ["--output", words[0]] + Self.quick)
      #expect(made.status == 0, "\(made.errors)")
    }
    #expect(try Data(contentsOf: place("own/\(name)")) == network)
  }

  /// The folder of a run stands for a checkpoint in it.
  @Test func aRunIsNotReplacedByThatWhichBeginsFromIt() throws {
    for words in [["finetune", "run", "synthetic:32"], ["train", "synthetic:32", "--init", "run"]] {
      let outcome = try run(words + ["--output", "run"] + Self.quick)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(try Data(contentsOf: place("run/last.ckpt")) == network)
    }
  }

  @Test func listsAndConfigurationsAreNotReplaced() throws {
    let rows = Data((0..<20).map { "\($0)\n" }.joined().utf8)
    for name in ["classes.csv", "losses.csv"] {
      try makeFolder(with: rows, as: name)
      let words = ["finetune", "run", "synthetic:32", "--labels", "own/\(name)", "--label-list-kind", "rows"]
      try expectRefused(words + ["--output", "own"] + Self.quick, name)
    }
    try makeFolder(with: Data("source: synthetic:32\nepochs: 1\n".utf8), as: "losses.csv")
    try expectRefused(["train", "--config", "own/losses.csv", "--output", "own"] + Self.small, "losses.csv")
    let features = try run(["extract", "synthetic:32", "--representation", "color", "--output", "color.h5"])
    try #require(features.status == 0, "\(features.errors)")
    try makeFolder(with: Data(contentsOf: place("color.h5")), as: "best.ckpt")
    let words = ["train", "synthetic:32", "--features", "own/best.ckpt", "--output", "own", "--set", "epochs=1"]
    try expectRefused(words + Self.small, "best.ckpt")
  }

  /// A sweep looks before its first run.
  @Test func aSweepKeepsTheNetworkThatItBeginsFrom() throws {
    try network.write(to: place("start.ckpt"))
    let words =
      ["sweep", "synthetic:32", "--init", "start.ckpt", "--output", "sweep", "--set", "epochs=1"] + Self.small
    let made = try run(words + ["--grid", "lr=0.001"])
    try #require(made.status == 0, "\(made.errors)")
    // It is moved to where another run of the sweep would be, and a link stands for it.
    try manager.createDirectory(at: place("sweep/lr-0.01_seed-0"), withIntermediateDirectories: false)
    try manager.moveItem(at: place("start.ckpt"), to: place("sweep/lr-0.01_seed-0/best.ckpt"))
    try manager.createSymbolicLink(
      atPath: place("start.ckpt").path, withDestinationPath: "sweep/lr-0.01_seed-0/best.ckpt")
    let refused = try run(words + ["--grid", "lr=0.1,0.01"])
    #expect(refused.status == 64 && refused.errors.contains("stands where the run in"), "\(refused.errors)")
    #expect(try Data(contentsOf: place("start.ckpt")) == network)
    #expect(!manager.fileExists(atPath: place("sweep/lr-0.1_seed-0").path))
  }
}
