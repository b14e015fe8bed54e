import Foundation
import MVCore
import MVEvaluation
import MVTraining
import MVYAML
import TestSupport
import Testing

/// Sweeps as values: their grids, names, files, and what they refuse.
struct SweepTests {
  private func sweep(_ yaml: String) throws -> Sweep {
    try Sweep(YAMLNode(parsing: Data(yaml.utf8), file: "sweep.yaml")) { (node) throws(MVError) in
      let name = BuiltInConfiguration(rawValue: "small")
      return try TrainingConfiguration(YAMLNode(parsing: name?.yaml ?? Data(), file: node.file))
    }
  }

  @Test func aGridIsEveryCombination() throws {
    var sweep = Sweep()
    sweep.axes = [
      try SweepAxis(parsing: "representations=none,hog,hog+lbp"), try SweepAxis(parsing: "lr=0.001,1e-2"),
    ]
    sweep.named = [
      Sweep.Named("wide", [try SweepChange(parsing: "widths=4-6-8"), try SweepChange(parsing: "epochs=2")])
    ]
    sweep.seeds = [0, 7]
    let runs = try sweep.runs()
    #expect(sweep.runCount == 14 && runs.count == 14)
    #expect(Set(runs.map(\.folder)).count == 14)
    // Names have the settings in the order of the settings, whatever that of the axes.
    #expect(runs[0].folder == "lr-0.001_representations-none_seed-0")
    #expect(runs[1].variant.name == "lr=0.01, representations=none")
    #expect(runs[5].folder == "lr-0.01_representations-hog+lbp_seed-0")
    #expect(runs[5].settings.representations == .named(["hog", "lbp"]) && runs[5].settings.lr == 0.01)
    #expect(runs[6].folder == "wide_seed-0" && runs[6].settings.widths == [4, 6, 8] && runs[6].settings.epochs == 2)
    #expect(runs[7].seed == 7 && runs[7].settings.seed == 7 && runs[7].folder == "lr-0.001_representations-none_seed-7")
    #expect(runs[0].settings.threads == 1 && runs[0].settings.workers == 1)
    sweep.axes.reverse()
    #expect(Set(try sweep.runs().map(\.folder)) == Set(runs.map(\.folder)))
  }

  @Test func withoutVariantsTheBaseIsTheOne() throws {
    var sweep = Sweep()
    sweep.base.settings.seed = 3
    sweep.base.settings.threads = 2
    let runs = try sweep.runs()
    #expect(runs.map(\.folder) == ["base_seed-3"] && runs[0].settings.threads == 2 && runs[0].settings.workers == 2)
  }

  @Test func valuesThatAreListsAreSeparatedBySemicolonsToo() throws {
    let axis = try SweepAxis(parsing: "representation_weights=hog=2,lbp=0.5;hog=1")
    #expect(axis.changes.map(\.text) == ["hog=2.0+lbp=0.5", "hog=1.0"])
    #expect(try SweepAxis(parsing: "projector=8-8,16").changes.map(\.text) == ["8-8", "16"])
    #expect(try SweepAxis(parsing: "widths=").changes.map(\.text) == ["nothing"])
  }

  @Test func namesThatLoseLettersGetANumber() throws {
    var sweep = Sweep()
    sweep.named = [
      Sweep.Named("a b", [try SweepChange(parsing: "lr=1")]), Sweep.Named("a/b", [try SweepChange(parsing: "lr=2")]),
      Sweep.Named(String(repeating: "x", count: 300), [try SweepChange(parsing: "lr=3")]),
      Sweep.Named("..", [try SweepChange(parsing: "lr=4")]), Sweep.Named("-o", [try SweepChange(parsing: "lr=5")]),
      Sweep.Named("größe", [try SweepChange(parsing: "lr=6")]),
    ]
    let folders = try sweep.runs().map(\.folder)
    #expect(Set(folders).count == 6)
    for folder in folders {
      #expect(
        folder.utf8.count < 200 && folder.first != "." && folder.first != "-" && !folder.contains("/"), "\(folder)")
      #expect(folder.allSatisfy { $0.isASCII && !$0.isWhitespace }, "\(folder)")
    }
    #expect(folders[0].hasPrefix("a-b-") && folders[1].hasPrefix("a-b-"))
  }

  @Test func aFileIsReadAsTheCommandLineIs() throws {
    let read = try sweep(
      """
      base:
        config: builtin:small
        source: folder:photos
        size: 32
        epochs: 3
      grid:
        representations: [none, hog, hog+lbp, [lbp, color]]
        lr: [5e-3, 0.01]
        widths: [[4, 6, 8], 16-32-64]
      variants:
        slow: {lr: 0.001, epochs: 9}
      seeds: 2
      at: [2, 600s, 10min]
      held_out: 0.1
      options: {resize: 40, exif: true}
      output: here
      """)
    #expect(
      read.base.settings.epochs == 3 && read.base.settings.batchSize == 256 && read.base.source == "folder:photos")
    #expect(read.axes[0] == (try SweepAxis(parsing: "representations=none,hog,hog+lbp,lbp+color")))
    #expect(read.axes[1] == (try SweepAxis(parsing: "lr=0.005,0.01")))
    #expect(read.axes[2] == (try SweepAxis(parsing: "widths=4-6-8,16-32-64")))
    #expect(read.named.map(\.name) == ["slow"] && read.named[0].changes.map(\.text) == ["0.001", "9"])
    #expect(read.seeds == [0, 1] && read.moments == [.epochs(2), .seconds(600)] && read.heldOut == 0.1)
    #expect(read.options == ["resize": ["40"], "exif": ["true"]] && read.base.output == "here")
    #expect(try read.runs().count == 34)
  }

  @Test func whatIsWrittenReadsTheSame() throws {
    var one = Sweep()
    one.base.source = "folder:/a b/c"
    one.base.features = ["/x/f, 1.h5"]
    one.base.settings.representations = .named(["hog", "lbp"])
    one.base.settings.representationWeights = ["hog": 2, "lbp": 0.5]
    one.base.settings.lr = 3.5e-5
    one.axes = [
      try SweepAxis(parsing: "representations=none,all,hog+lbp"), try SweepAxis(parsing: "widths=4-6-8,"),
      try SweepAxis(parsing: "online_head=true,false"), try SweepAxis(parsing: "normalization=auto;0.5,0.5,0.5/1,1,1"),
      try SweepAxis(parsing: "representation_weights=hog=2+lbp=1,"),
    ]
    one.named = [Sweep.Named("a: \"b\"", [try SweepChange(parsing: "lr=1e-7")]), Sweep.Named("none", [])]
    one.seeds = [4, 2]
    one.moments = [.epochs(5), .seconds(1.5)]
    one.testSplit = "val"
    one.options = ["resize": ["40"], "network": ["heads=6", "part=x"], "exif": []]
    let again = try sweep(one.yaml)
    #expect(again.base == one.base)
    #expect(again.axes == one.axes)
    #expect(again.named == one.named)
    #expect(again == one, "\(one.yaml)")
    #expect(again.yaml == one.yaml)
  }

  /// A key that nobody wrote is explained where it stands.
  @Test func whatIsWrittenSaysWhatExtractIs() throws {
    var one = Sweep()
    let small = try YAMLNode(parsing: BuiltInConfiguration(named: "builtin:small").yaml, file: "small.yaml")
    one.base = try TrainingConfiguration(small)
    try #require(!one.base.expected.isEmpty)
    for text in [one.base.yaml, one.yaml] {
      let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      let key = try #require(lines.firstIndex(of: "extract:"))
      #expect(key > 0 && lines[key - 1].hasPrefix("# ") && lines[key - 1].contains("mvmr extract"), "\(text)")
    }
    #expect(try sweep(one.yaml) == one)
  }

  @Test(arguments: [
    ("grid: {lr: [0.1, 0.1]}", "grid lr=0.1 is given twice"), ("grid: {lrr: [0.1]}", "lrr"),
    ("grid: {lr: []}", "has no values"),
    ("grid: {lr: [much]}", "lr=much is not possible"), ("grid: {seed: [1, 2]}", "seed"),
    ("grid:\n  lr: [0.1]\n  lr: [0.2]", "repeats the key lr"), ("seeds: 0", "seeds 0"), ("seeds: [-1]", "seed -1"),
    ("at: [soon]", "moment soon"), ("at: [0]", "moment 0"), ("held_out: 1", "held_out"),
    ("held_out: 0.1\ntest_split: val", "held_out does not go with test_split"),
    ("test_split: val\nseeds: 2\nheld_out: 0.1", "held_out does not go with test_split"), ("grit: {}", "grid"),
    ("base: {epochs: 0}", "epochs=0"), ("base: {gird: 1}", "gird"), ("variants: {a: {lr: -1}}", "lr=-1"),
    ("variants: {a: [1]}", "is not a mapping"),
  ])
  func aFileThatCannotBe(_ text: String, _ words: String) {
    let error = failure { _ = try sweep(text) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.subject.hasPrefix("sweep.yaml:") == true, "\(String(describing: error))")
  }

  @Test func variantsThatAreOneAreRefused() throws {
    var sweep = Sweep()
    sweep.axes = [try SweepAxis(parsing: "lr=0.1,0.2")]
    sweep.named = [Sweep.Named("same", [try SweepChange(parsing: "lr=0.2")])]
    #expect(
      failure { _ = try sweep.runs() }?.description
        == "variant same: has the same settings as lr=0.2; leave one of them out")
    sweep.named = [Sweep.Named("lr=0.2", [try SweepChange(parsing: "lr=0.3")])]
    #expect(failure { _ = try sweep.runs() }?.problem == "is there twice")
    sweep.named = [Sweep.Named("lr-0.2", [try SweepChange(parsing: "lr=0.3")])]
    #expect(failure { _ = try sweep.runs() }?.problem.contains("would have one folder") == true)
    sweep.named = [Sweep.Named(" ", [])]
    #expect(failure { _ = try sweep.runs() }?.problem == "has an empty name")
    sweep.named = []
    sweep.axes.append(try SweepAxis(parsing: "lr=0.4"))
    #expect(failure { _ = try sweep.runs() }?.description == "grid lr: is given twice; give all its values at once")
    sweep.axes = [try SweepAxis(parsing: "lr=0.1")]
    sweep.seeds = [1, 1]
    #expect(failure { _ = try sweep.runs() }?.description == "seed 1: is given twice; give each once")
    sweep.seeds = [1, 2]
    sweep.moments = [.epochs(60), .seconds(60), try SweepMoment(parsing: "1min")]
    #expect(failure { _ = try sweep.runs() }?.description == "moment 60s: is given twice; give each once")
  }

  @Test func runsAreCountedBeforeTheyAreMade() throws {
    var sweep = Sweep()
    let values = (1...1000).map(String.init).joined(separator: ",")
    sweep.axes = try ["lr", "wd", "clip", "std_margin", "weight_mse", "weight_std", "weight_zz"].map {
      try SweepAxis(parsing: "\($0)=\(values)")
    }
    #expect(sweep.runCount == nil)
    sweep.axes = Array(sweep.axes.prefix(2))
    sweep.seeds = [0, 1]
    #expect(sweep.runCount == 2_000_000)
  }

  @Test func aRunKeepsItsSettings() throws {
    var sweep = Sweep()
    let run = try sweep.runs()[0]
    var other = run.settings
    (other.threads, other.workers, other.logEvery) = (5, 3, 1)
    #expect(run.difference(from: other) == nil)
    other.epochs = 7
    #expect(run.difference(from: other) == "epochs=7, now epochs=100")
    sweep.base.settings.seed = 9
    #expect(SweepRun.difference(ofBase: sweep.base.settings, from: Sweep().base.settings) == nil)
    sweep.base.settings.lr = 1
    #expect(SweepRun.difference(ofBase: sweep.base.settings, from: Sweep().base.settings) == "lr=0.0001, now lr=1.0")
  }
}
