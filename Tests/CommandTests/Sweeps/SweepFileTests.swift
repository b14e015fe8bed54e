import Foundation
import TestSupport
import Testing

/// Sweep files, beside what the command line says.
@Suite(.serialized) struct SweepFileTests {
  private let place: SweepPlace

  init() throws { place = try SweepPlace() }

  @Test func aFileSaysTheSameAsTheCommandLine() throws {
    try place.mvmr("extract synthetic:96 --representation hog --representation lbp --output f.h5")
    let file = """
      base:
        source: synthetic:96
        features: [f.h5]
        encoder: cifar-resnet
        widths: [4, 6, 8]
        projector: [16, 12]
        batch_size: 16
        policy: cifar
        precision: float32
        epochs: 1
      grid:
        representations: [none, hog, hog+lbp]
      variants:
        unbiased: {estimator: unbiased, representations: [lbp]}
      held_out: 0.2
      """
    try Data(file.utf8).write(to: place.folder.url.appending(path: "sweep.yaml"))
    let run = try place.mvmr("sweep sweep.yaml --output s --json")
    let found = try place.results(run)
    #expect(
      Set(found.variants.map(\.name))
        == ["representations=none", "representations=hog", "representations=hog+lbp", "unbiased"])
    let head = String(decoding: try place.bytes("s/representations-hog+lbp_seed-0/losses.csv"), as: UTF8.self)
    #expect(head.hasPrefix("epoch,step,loss,mse,std,1-dcor_zz,1-dcor_hog,1-dcor_lbp,"))
    // A part of train is scored, and test is not even embedded.
    let scoring = try run.json()["scoring"] as? [String: Any]
    #expect(scoring?["held_out"] as? Double == 0.2 && scoring?["test_split"] == nil)
    #expect(
      scoring?["train_rows"] as? Int == 76 && scoring?["test_rows"] as? Int == 20, "\(String(describing: scoring))")
    let inspected = try place.mvmr("inspect s/unbiased_seed-0/embedding.h5 --json").json()
    #expect((inspected["splits"] as? [[String: Any]])?.count == 1)
    // Scored otherwise, no run is trained again.
    let before = try place.bytes("s/unbiased_seed-0/last.ckpt")
    let tested = try place.mvmr("sweep sweep.yaml --output s --test-split test --json")
    #expect((try tested.json()["scoring"] as? [String: Any])?["test_split"] as? String == "test")
    #expect(try place.results(tested).variants.allSatisfy { $0.probe != nil })
    #expect(try place.bytes("s/unbiased_seed-0/last.ckpt") == before)
    // The file in the folder is the same sweep, wherever it is used.
    let elsewhere = place.folder.url.appending(path: "elsewhere")
    try place.manager.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    let plans = try ["sweep sweep.yaml", "sweep s/sweep.yaml"].map {
      try place.mvmr("\($0) --output new --dry-run --json").output
    }
    #expect(plans[0] == plans[1])
    #expect(try place.mvmr("sweep ../s/sweep.yaml --output new --dry-run --json", in: elsewhere).output == plans[0])
  }

  /// Which rows are scored is said by the command line, or else by the file; in one place it is said once.
  @Test func theCommandLineSaysWhichRowsAreScored() throws {
    let base =
      "base: {source: synthetic:96, encoder: cifar-resnet, widths: [4, 6, 8], projector: [8], batch_size: 16, epochs: 1}"
    for (name, line) in [
      ("held", "held_out: 0.2"), ("test", "test_split: test"), ("both", "held_out: 0.2\ntest_split: test"),
    ] {
      try Data("\(base)\n\(line)\n".utf8).write(to: place.folder.url.appending(path: "\(name).yaml"))
    }
    func scored(_ words: String) throws -> (heldOut: Double?, test: String?, file: String) {
      let scoring = try place.mvmr("sweep \(words) --output s --json").json()["scoring"] as? [String: Any]
      let file = String(decoding: try place.bytes("s/sweep.yaml"), as: UTF8.self)
      return (scoring?["held_out"] as? Double, scoring?["test_split"] as? String, file)
    }
    for words in ["test.yaml", "held.yaml --test-split test"] {
      let found = try scored(words)
      #expect(found.heldOut == nil && found.test == "test", "\(words)")
      #expect(!found.file.contains("held_out") && found.file.contains("test_split: test"), "\(words): \(found.file)")
    }
    for words in ["held.yaml", "test.yaml --held-out 0.2"] {
      let found = try scored(words)
      #expect(found.heldOut == 0.2 && found.test == nil, "\(words)")
      #expect(found.file.contains("held_out: 0.2") && !found.file.contains("test_split"), "\(words): \(found.file)")
    }
    // What was written last goes on, and is scored otherwise in the same way.
    #expect(try scored("--resume").heldOut == 0.2 && scored("--resume --test-split test").test == "test")
    let file = try place.mvmr("sweep both.yaml --output t", status: 64)
    #expect(file.errors.contains("both.yaml:3:1: held_out does not go with test_split"), "\(file.errors)")
    for name in ["held", "test"] {
      let refused = try place.mvmr("sweep \(name).yaml --held-out 0.1 --test-split test --output t", status: 64)
      #expect(refused.errors.contains("--test-split: does not go with --held-out"), "\(refused.errors)")
    }
    #expect(!place.exists("t"))
  }
}
