import Foundation
import MVCore
import MVDatasets
import MVImaging
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// Runs that are made longer, and runs that start from the weights of another.
@Suite(.serialized) struct ContinuationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint(contentsOf: Trainer.checkpoint(in: place(name)))
  }

  private func trainer(
    _ name: String, _ settings: TrainingSettings, resuming: Bool = false, initial: Checkpoint? = nil
  ) throws -> Trainer {
    try Trainer(
      settings, data: TrainerTests.data(), folder: place(name), resuming: resuming,
      initial: initial.map { .checkpoint($0) })
  }

  @Test func aLongerRunFollowsTheScheduleOfItsNewLength() throws {
    var settings = TrainerTests.settings(epochs: 2)
    settings.scheduler = .cosine
    try trainer("run", settings).run()
    settings.epochs = 5
    let longer = try trainer("run", settings, resuming: true)
    #expect(longer.step == 4 && longer.totalSteps == 10)
    let notice = try #require(longer.notices.first)
    #expect(notice.hasPrefix("epochs=5 where the run was begun with 2: the schedule") && notice.contains("at step 4"))
    var rates: [Double] = []
    try longer.run { rates.append($0.learningRate) }
    let schedule = try settings.schedule(stepsPerEpoch: 2)
    #expect(rates == (4..<10).map { schedule.rate(at: $0) })
    #expect(longer.records.map(\.epoch) == [1, 2, 3, 4, 5])
    #expect(try checkpoint("run").settings.epochs == 5)
    // With a rate that does not depend on the length it is the run that was as long from the start.
    settings.scheduler = .constant
    try trainer("whole", settings).run()
    settings.epochs = 2
    try trainer("parts", settings).run()
    settings.epochs = 5
    try trainer("parts", settings, resuming: true).run()
    #expect(
      try Data(contentsOf: Trainer.checkpoint(in: place("whole")))
        == Data(contentsOf: Trainer.checkpoint(in: place("parts"))))
  }

  @Test func aRunIsNotMadeShorterThanItIs() throws {
    try trainer("run", TrainerTests.settings(epochs: 3)).run()
    let error = #expect(throws: MVError.self) {
      try trainer("run", TrainerTests.settings(epochs: 2), resuming: true)
    }
    #expect(
      error?.kind == .usage && error?.subject == "setting epochs=2" && error?.problem.contains("3 epochs") == true)
    var other = TrainerTests.settings(epochs: 9)
    other.lr = 5e-3
    let rate = #expect(throws: MVError.self) { try trainer("run", other, resuming: true) }
    #expect(rate?.subject == "setting lr=0.005" && rate?.remedy.contains("--init") == true)
  }

  @Test func aRunStartsFromTheWeightsOfAnother() throws {
    try trainer("first", TrainerTests.settings(epochs: 1)).run()
    let first = try checkpoint("first")
    func tensors(_ trainer: Trainer, _ prefix: String) throws -> [String: [Float]] {
      Dictionary(
        uniqueKeysWithValues: try trainer.encoder.state.filter { $0.name.hasPrefix(prefix) }.map {
          ($0.name, try $0.tensor.values())
        })
    }
    func taken(_ trainer: Trainer, _ prefix: String) throws -> Bool {
      try tensors(trainer, prefix).allSatisfy { first.file.tensors[$0.key]?.values == $0.value }
    }
    var settings = TrainerTests.settings(epochs: 2)
    settings.seed = 11
    settings.lr = 2e-3
    let whole = try trainer("whole", settings, initial: first)
    #expect(whole.step == 0 && whole.notices.count == 1)
    #expect(whole.notices[0].contains("after 2 steps: its backbone (cifar-resnet) and its projector"))
    #expect(try taken(whole, "backbone.") && taken(whole, "projector."))
    // Another projector begins anew.
    settings.projector = [16, 10]
    let head = try trainer("head", settings, initial: first)
    #expect(head.notices[0].contains("the projector begins anew"))
    #expect(try taken(head, "backbone.") && !taken(head, "projector."))
    #expect(try tensors(head, "projector.") == tensors(trainer("drawn", settings), "projector."))
    // Another backbone cannot.
    settings.widths = [4, 6, 10]
    let error = #expect(throws: MVError.self) { try trainer("other", settings, initial: first) }
    #expect(error?.kind == .badData && error?.problem.contains("layer3.0.conv1.weight") == true)
    #expect(!FileManager.default.fileExists(atPath: place("other").path))
  }

  @Test func aCheckpointSaysWhatItWasTrainedOn() throws {
    let source = try SourceRequest(parsing: "synthetic:24").open()
    var configuration = TrainingConfiguration()
    configuration.settings = TrainerTests.settings(epochs: 1)
    configuration.settings.representations = .named(["pixels"])
    let data = try configuration.data(of: source)
    try Trainer(configuration.settings, data: data, folder: place("run")).run()
    let origin = try #require(try checkpoint("run").origin)
    #expect(origin == TrainingOrigin(source: try SourceRequest(parsing: "synthetic:24"), split: "train", features: []))
    // Images in memory are nowhere to be found again.
    try trainer("memory", TrainerTests.settings(epochs: 1)).run()
    #expect(try checkpoint("memory").origin == nil)
  }

  @Test func placesWrittenOtherwiseAreTheSame() throws {
    let written = TrainingOrigin(
      source: try SourceRequest(parsing: "folder:images"), split: "train", features: ["features.h5"])
    let working = FileManager.default.currentDirectoryPath
    let absolute = TrainingOrigin(
      source: try SourceRequest(parsing: "folder:\(working)/images"), split: "train",
      features: ["\(working)/features.h5"])
    #expect(written != absolute && written.isSame(as: absolute))
    var other = absolute
    other.split = "test"
    #expect(!written.isSame(as: other))
  }
}
