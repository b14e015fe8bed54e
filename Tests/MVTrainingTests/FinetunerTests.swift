import Foundation
import MVCore
import MVDatasets
import MVEvaluation
import MVImaging
import MVNetworks
import MVWeights
import TestSupport
import Testing

@testable import MVTraining

@Suite(.serialized) struct FinetunerTests {
  static func labels(_ count: Int) -> [Int64] { (0..<count).map { Int64($0 % 3) } }

  static let source = MemorySource([("train", labels(60) + [-1]), ("test", labels(30))])

  static func settings(epochs: Int = 3) -> FinetuneSettings {
    var settings = FinetuneSettings()
    settings.batchSize = 9
    settings.epochs = epochs
    settings.headLR = 1e-2
    settings.lr = 1e-3
    settings.heldOut = 0.2
    settings.threads = 1
    settings.precision = .float32
    return settings
  }

  static func data(
    _ source: any ImageSource = FinetunerTests.source, _ labels: LabelChoice = .all,
    _ settings: FinetuneSettings = FinetunerTests.settings()
  ) throws -> FinetuneData {
    try FinetuneData(
      of: source,
      splits: EvaluationSplits(of: source.splits.map { .init($0.name, $0.labels) }, place: "memory"), labels: labels,
      heldOut: settings.heldOut, seed: settings.seed)
  }

  /// The checkpoint of a short run of training.
  static func start(_ folder: TemporaryFolder, seed: Int = 0) throws -> TrainedNetwork {
    let url = folder.url.appending(path: "pretrained\(seed == 0 ? "" : "\(seed)")")
    if !FileManager.default.fileExists(atPath: url.path) {
      var settings = TrainerTests.settings(epochs: 1)
      settings.seed += seed
      try Trainer(settings, data: TrainerTests.data(), folder: url).run()
    }
    return try TrainedNetwork(at: url.path)
  }

  private func tuner(
    _ folder: TemporaryFolder, _ name: String, _ settings: FinetuneSettings = FinetunerTests.settings(),
    data: FinetuneData? = nil,
    resuming: Bool = false, seed: Int = 0
  ) throws -> Finetuner {
    try Finetuner(
      settings, from: Self.start(folder, seed: seed), data: data ?? Self.data(),
      folder: folder.url.appending(path: name), resuming: resuming)
  }

  private func bytes(_ tuner: Finetuner, _ name: String) throws -> Data {
    try Data(contentsOf: tuner.folder.appending(path: name))
  }

  @Test(arguments: [3, 5, 10]) func aStoppedRunResumesToTheSameBytes(_ stopAfter: Int) throws {
    let folder = try TemporaryFolder()
    let whole = try tuner(folder, "whole")
    try whole.run()
    #expect(whole.totalSteps == 15 && whole.state.epochs.count == 3)
    let first = try tuner(folder, "part")
    let cancellation = Cancellation()
    let error = #expect(throws: MVError.self) {
      try first.run(cancellation: cancellation) { if $0.step >= stopAfter { cancellation.cancel() } }
    }
    #expect(error?.kind == .interrupted)
    #expect(throws: MVError.self) { try tuner(folder, "part") }
    let second = try tuner(folder, "part", resuming: true)
    #expect(second.state.step == stopAfter)
    try second.run()
    for name in ["last.ckpt", "best.ckpt", "losses.csv"] {
      #expect(try bytes(whole, name) == bytes(second, name), "\(name)")
    }
    #expect(try whole.score() == second.score())
    #expect(try String(decoding: bytes(whole, "losses.csv"), as: UTF8.self).split(separator: "\n").count == 4)
  }

  @Test(arguments: [false, true]) func whatIsTrainedIsWhatWasAskedFor(_ headOnly: Bool) throws {
    let folder = try TemporaryFolder()
    guard case .checkpoint(let start) = try Self.start(folder) else { throw CocoaError(.featureUnsupported) }
    var settings = Self.settings(epochs: headOnly ? 12 : 6)
    settings.headOnly = headOnly
    settings.policy = .none
    let tuner = try tuner(folder, "run", settings)
    try tuner.run()
    let last = try Checkpoint(contentsOf: Trainer.checkpoint(in: tuner.folder))
    for (name, entry) in start.file.tensors where name.hasPrefix("backbone.") || name.hasPrefix("projector.") {
      let same = try entry.values == #require(last.file.tensors[name]).values
      if headOnly || name.hasPrefix("projector.") { #expect(same, "\(name) moved") }
      if !headOnly, name.hasPrefix("backbone."), name.hasSuffix("running_mean") { #expect(!same, "\(name) stood") }
    }
    #expect(last.file.tensors["fc.weight"]?.shape == [3, 8] && last.file.tensors["fc.bias"]?.shape == [3])
    let losses = tuner.state.epochs.map(\.loss)
    #expect(losses[losses.count - 1] < losses[0])
    let report = try #require(try tuner.score())
    #expect(report.classes.count == 30 && report.labels == [0, 1, 2])
    // The best epoch is that of the held-out images, and test does not move it.
    let best = try #require(tuner.state.best)
    #expect(best.heldOutTop1 == tuner.state.epochs.compactMap(\.heldOutTop1).max())
    #expect(try Checkpoint(contentsOf: tuner.bestCheckpoint).finetuning?.step == best.step)
    // What reads checkpoints reads these.
    let rows = try Embedder(checkpoint: tuner.bestCheckpoint, threads: 1).embed(
      Self.source.images(0..<4, of: Self.source.split("test")))
    #expect(rows.rows == 4 && rows.columns == 8)
    #expect((tuner.state.epochs.last?.learningRate == 0) == headOnly)
    let onwards = try Trainer(
      TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url.appending(path: "onwards"),
      initial: .checkpoint(last))
    #expect(onwards.notices.contains { $0.contains("its backbone") })
  }

  @Test func othersAreRefused() throws {
    let folder = try TemporaryFolder()
    try tuner(folder, "run").run()
    func refusal(_ body: () throws -> Void) -> String { message { try body() } }
    var other = Self.settings()
    other.lr = 0.5
    #expect(refusal { _ = try tuner(folder, "run", other, resuming: true) }.contains("lr=0.5: differs from lr=0.001"))
    #expect(refusal { _ = try tuner(folder, "run", resuming: true, seed: 1) }.contains("another network"))
    let renamed = MemorySource(
      [("train", Self.labels(60) + [-1]), ("test", Self.labels(30))], classNames: ["red", "green", "yellow"])
    #expect(
      refusal { _ = try tuner(folder, "run", data: Self.data(renamed), resuming: true) }
        .contains("blue where these images have yellow"))
    let more = MemorySource([("train", Self.labels(60) + [3])], classNames: ["red", "green", "blue", "white"])
    #expect(
      refusal { _ = try tuner(folder, "run", data: Self.data(more), resuming: true) }.contains("begun with 3 classes"))
    let fewer = try Self.data(Self.source, .share(0.5, seed: 0))
    #expect(refusal { _ = try tuner(folder, "run", data: fewer, resuming: true) }.contains("other images or labels"))
    let trained = folder.url.appending(path: "pretrained")
    #expect(
      refusal {
        _ = try Finetuner(
          Self.settings(), from: Self.start(folder), data: Self.data(), folder: trained, resuming: true)
      }.contains("is of a training run"))
    #expect(
      refusal {
        _ = try Trainer(
          TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url.appending(path: "run"),
          resuming: true)
      }.contains("fine-tuning"))
    #expect(refusal { _ = try Self.data(MemorySource([("train", [1, 1, 1, -1])])) }.contains("all of one class"))
    let nothing = LabelChoice.entries(["no.png", "neither.png", "train_1.png"], kind: nil)
    let text = refusal { _ = try Self.data(Self.source, nothing) }
    #expect(text.contains("entries no.png, neither.png") && text.contains("are not usable rows of train"))
  }

  @Test func labelsAreTheSameHoweverTheyAreListed() throws {
    let rows = [0, 1, 2, 3, 4, 5, 9, 10, 11]
    let ids = try Self.source.split("train").ids
    let lists: [LabelSubset.ListKind: [String]] = [
      .rows: rows.map { "\($0)" }, .ids: rows.map { ids[$0] }, .names: rows.map { "train_\($0).png" },
    ]
    var prints: Set<String> = []
    for (kind, list) in lists {
      for said in [nil, kind] {
        let data = try Self.data(Self.source, .entries(list, kind: said))
        prints.insert(data.fingerprint)
        #expect(data.count + data.heldOut.count == 9)
        #expect(
          data.notices.contains { $0.contains("9 of 60 images of train keep their labels, listed by \(kind.words)") })
      }
    }
    #expect(prints.count == 1)
    // One image a class is never held out; a class without any is told.
    let few = try Self.data(Self.source, .entries(["0", "1"], kind: nil))
    #expect(few.heldOut.isEmpty && few.notices.contains { $0.contains("no image of class blue keeps its label") })
    #expect(few.notices.contains { $0.contains("the last epoch counts") })
  }
}
