import Foundation
import MVCore
import MVEvaluation
import MVNetworks
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVTraining

@Suite(.serialized) struct OnlineHeadTests {
  private func data() throws -> TrainingData {
    let rows = FeatureMatrix(DistanceCorrelationTests.rows(18, 30, seed: 78), name: "hog")
    return try TrainingData(
      images: TrainerTests.images, labels: (0..<18).map { Int64($0 % 4) - ($0 == 3 ? 4 : 0) },
      targets: [.stored("hog", rows)])
  }

  private func trainer(
    _ folder: TemporaryFolder, _ name: String, head: Bool, resuming: Bool = false
  ) throws -> Trainer {
    var settings = TrainerTests.settings(epochs: 3)
    settings.validateEvery = 0
    settings.accumulate = 2
    settings.batchSize = 4
    settings.onlineHead = head
    settings.onlineHeadLR = 1e-2
    return try Trainer(settings, data: data(), folder: folder.url.appending(path: name), resuming: resuming)
  }

  private func checkpoint(_ folder: TemporaryFolder, _ name: String) throws -> Checkpoint {
    try Checkpoint(contentsOf: Trainer.checkpoint(in: folder.url.appending(path: name)))
  }

  @Test func theEncoderDoesNotSeeIt() throws {
    let folder = try TemporaryFolder()
    try trainer(folder, "with", head: true).run()
    try trainer(folder, "without", head: false).run()
    let (with, without) = (try checkpoint(folder, "with"), try checkpoint(folder, "without"))
    for (name, entry) in without.file.tensors {
      #expect(try entry.values == #require(with.file.tensors[name]).values, "\(name)")
    }
    let head = try SavedHead(of: with)
    #expect(head.name == "online_head" && head.probe.classes == [0, 1, 2, 3] && head.probe.columns == 8)
    #expect(with.place.onlineHeadSteps == 6 && without.place.onlineHeadSteps == nil)
    #expect(message { _ = try SavedHead(of: without) }.contains("holds no classifier"))
    // It learnt: it is not what it began as.
    let fresh = try OnlineHead(classes: 4, features: 8, rate: 1, seed: 5)
    #expect(try head.probe.weights != fresh.classifier.state[0].tensor.values())
    // Its scores are those of features times weights.
    let features = try Embedder(
      checkpoint: Trainer.checkpoint(in: folder.url.appending(path: "with")), threads: 1
    ).embed(TrainerTests.images)
    #expect(features.columns == head.probe.columns)
  }

  @Test func itResumesToTheSameBytes() throws {
    let folder = try TemporaryFolder()
    try trainer(folder, "whole", head: true).run()
    let first = try trainer(folder, "part", head: true)
    let cancellation = Cancellation()
    #expect(throws: MVError.self) {
      try first.run(cancellation: cancellation) { if $0.step >= 3 { cancellation.cancel() } }
    }
    try trainer(folder, "part", head: true, resuming: true).run()
    let files = ["whole", "part"].map { Trainer.checkpoint(in: folder.url.appending(path: $0)) }
    #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
  }

  @Test func withoutClassesItIsRefused() throws {
    let folder = try TemporaryFolder()
    var settings = TrainerTests.settings()
    settings.onlineHead = true
    #expect(
      message { _ = try Trainer(settings, data: TrainerTests.data(), folder: folder.url.appending(path: "a")) }
        .contains("online_head=true: wants labels"))
  }
}
