import Foundation
import TestSupport
import Testing

/// What others have put into the folder of a run is found before the work, and nothing is written through it.
@Suite(.serialized) struct RunFolderTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")
  private static let small = [
    "encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=8", "epochs=2", "threads=1",
  ].flatMap { ["--set", $0] }

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func run(_ words: [String]) throws -> Tool.Outcome { try Tool.run(tool, words, in: folder.url) }

  /// Puts a link, a pipe or a folder in the place of a file of the run.
  private func plant(_ kind: String, at url: URL) throws {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    switch kind {
    case "link": try FileManager.default.createSymbolicLink(at: url, withDestinationURL: place("victim"))
    case "pipe": try #require(mkfifo(url.path, 0o600) == 0)
    default: try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }
  }

  private func expectRefused(_ words: [String], _ name: String, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try run(words)
    #expect(outcome.status == 74, "\(name): \(outcome.status) \(outcome.errors)", sourceLocation: location)
    let last = outcome.errors.split(separator: "\n").last ?? ""
    #expect(last.contains(name) && last.contains("is in the way"), "\(outcome.errors)", sourceLocation: location)
    #expect(try String(contentsOf: place("victim"), encoding: .utf8) == "mine", sourceLocation: location)
  }

  @Test(arguments: [
    "last.ckpt", "best.ckpt", "losses.csv", "report.html", ".last.ckpt.creating", ".best.ckpt.creating",
    ".losses.csv.creating", ".report.html.creating", ".lock",
  ])
  func trainingLooksBeforeItsFirstStep(_ name: String) throws {
    try Data("mine".utf8).write(to: place("victim"))
    for kind in ["link", "pipe", "folder"] {
      try? FileManager.default.removeItem(at: place("run"))
      try plant(kind, at: place("run/\(name)"))
      let words = ["train", "synthetic:32", "--output", "run"] + Self.small
      try expectRefused(words, name)
      if name == "last.ckpt" {
        // Read first, and then it is no checkpoint.
        #expect(try run(words + ["--resume"]).status != 0)
        #expect(try String(contentsOf: place("victim"), encoding: .utf8) == "mine")
      } else {
        try expectRefused(words + ["--resume"], name)
      }
      // No step was done, of which these would tell.
      let names = try FileManager.default.contentsOfDirectory(atPath: place("run").path)
      #expect(!names.contains { $0.hasPrefix("events.") }, "\(names)")
    }
  }

  @Test func fineTuningAndSearchesLook() throws {
    try Data("mine".utf8).write(to: place("victim"))
    let made = try run(["train", "synthetic:32", "--output", "run"] + Self.small)
    try #require(made.status == 0, "\(made.errors)")
    for name in ["best.ckpt", "losses.csv", "classes.csv", "report.html"] {
      try? FileManager.default.removeItem(at: place("tuned"))
      try plant("link", at: place("tuned/\(name)"))
      try expectRefused(["finetune", "run", "synthetic:32", "--output", "tuned", "--set", "epochs=1"], name)
    }
    try plant("link", at: place("search/find-lr.html"))
    try expectRefused(["train", "synthetic:240", "--find-lr", "--output", "search"] + Self.small, "find-lr.html")
    let features = try run(["extract", "synthetic:40", "--representation", "color", "--output", "a.h5"])
    try #require(features.status == 0, "\(features.errors)")
    try plant("link", at: place("page/report.html"))
    try expectRefused(["knn", "a.h5", "--k", "1", "--report", "page"], "report.html")
  }

  @Test func evaluationsComparisonsAndSweepsLook() throws {
    try Data("mine".utf8).write(to: place("victim"))
    let features = try run(["extract", "synthetic:40", "--representation", "color", "--output", "a.h5"])
    try #require(features.status == 0, "\(features.errors)")
    let made = try run(["train", "synthetic:32", "--output", "run"] + Self.small)
    try #require(made.status == 0, "\(made.errors)")
    // Of a name that was not given, no link is followed.
    for (format, name) in [("safetensors", "last.safetensors"), ("torchscript", "last.pt")] {
      try plant("link", at: place("run/\(name)"))
      for more in [[], ["--overwrite"]] {
        try expectRefused(["export", "run", "--format", format] + more, name)
      }
    }
    try plant("link", at: place("scores/embedding.h5"))
    for more in [[], ["--overwrite"]] {
      try expectRefused(["evaluate", "run", "synthetic:32", "--output", "scores"] + more, "embedding.h5")
    }
    try plant("link", at: place("page/comparison.svg"))
    try expectRefused(["compare", "a.h5", "--folds", "2", "--report", "page"], "comparison.svg")
    try plant("link", at: place("synthetic-40.h5"))
    try expectRefused(["compare", "synthetic:40", "--folds", "2"], "synthetic-40.h5")
    let sweep = ["sweep", "synthetic:32", "--grid", "lr=0.001", "--output", "sweep", "--held-out", "0.5"] + Self.small
    for name in ["sweep.yaml", "sweep.json", "sweep.svg", "report.html"] {
      try? FileManager.default.removeItem(at: place("sweep"))
      try plant("link", at: place("sweep/\(name)"))
      try expectRefused(sweep, name)
    }
  }

  /// A sweep looks into the folders of all runs that are left before the first of them.
  @Test func sweepsLookIntoEveryRun() throws {
    try Data("mine".utf8).write(to: place("victim"))
    let sweep = ["sweep", "synthetic:32", "--output", "sweep"] + Self.small
    let made = try run(sweep + ["--grid", "lr=0.001"])
    try #require(made.status == 0, "\(made.errors)")
    for name in ["best.ckpt", "losses.csv", "report.html", "settings.yaml", "embedding.h5", "scores.json", "log.txt"] {
      try? FileManager.default.removeItem(at: place("sweep/lr-0.01_seed-0"))
      try plant("link", at: place("sweep/lr-0.01_seed-0/\(name)"))
      try expectRefused(sweep + ["--grid", "lr=0.1,0.01"], name)
      #expect(!FileManager.default.fileExists(atPath: place("sweep/lr-0.1_seed-0").path))
    }
    // The page of a sweep, before its table.
    try plant("link", at: place("page/report.html"))
    try expectRefused(["compare", "sweep", "--csv", "table.csv", "--report", "page"], "report.html")
    #expect(!FileManager.default.fileExists(atPath: place("table.csv").path))
  }

  @Test func demosLook() throws {
    try Data("mine".utf8).write(to: place("victim"))
    for name in ["features.h5", "untrained.h5", "trained.h5", "report.html", ".report.html.creating", "run"] {
      for kind in name == "run" ? ["link", "pipe"] : ["link", "pipe", "folder"] {
        try? FileManager.default.removeItem(at: place("demo"))
        try plant(kind, at: place("demo/\(name)"))
        // Of an earlier demo.
        try Data().write(to: place("demo/.mvmr-demo"))
        try expectRefused(["demo", "--images", "100", "--epochs", "1", "--output", "demo"], name)
        let names = try FileManager.default.contentsOfDirectory(atPath: place("demo").path)
        #expect(Set(names) == [name, ".mvmr-demo"], "\(names)")
      }
    }
  }

  @Test func manualsLookBeforeTheirFirstPage() throws {
    try Data("mine".utf8).write(to: place("victim"))
    let whole = try run(["manual", "--output", "whole/man1"])
    try #require(whole.status == 0, "\(whole.errors)")
    let pages = try FileManager.default.contentsOfDirectory(atPath: place("whole/man1").path).sorted()
    let (first, last) = try (#require(pages.first), #require(pages.last))
    try #require(first != last)
    for name in [first, last, ".\(last).creating"] {
      for kind in ["link", "pipe", "folder"] {
        try? FileManager.default.removeItem(at: place("man"))
        try plant(kind, at: place("man/\(name)"))
        try expectRefused(["manual", "--output", "man"], name)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place("man").path) == [name])
      }
    }
    // Pages that are there are replaced.
    try Data("old".utf8).write(to: place("whole/man1/\(last)"))
    let again = try run(["manual", "--output", "whole/man1"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try String(contentsOf: place("whole/man1/\(last)"), encoding: .utf8).contains(".TH"))
  }
}
