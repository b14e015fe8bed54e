import Foundation
import MVCore
import MVImaging
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// What the trainer refuses, and how it ends where the loss is not finite.
@Suite(.serialized) struct TrainerErrorTests {
  @Test func settingsAndDataThatDoNotGoTogetherAreErrors() throws {
    let folder = try TemporaryFolder()
    func fails(_ change: (inout TrainingSettings) -> Void, resuming: Bool = false) -> MVError? {
      var settings = TrainerTests.settings()
      change(&settings)
      do {
        _ = try Trainer(
          settings, data: TrainerTests.data(), folder: folder.url.appending(path: "x"), resuming: resuming)
        return nil
      } catch { return error as? MVError }
    }
    #expect(fails { $0.batchSize = 19 }?.subject == "setting batch_size=19")
    #expect(fails { $0.representations = .named(["hog", "lbp"]) }?.subject == "representation lbp")
    #expect(fails { $0.representationWeights = ["lbp": 2] }?.problem == "names lbp, which is not in the loss")
    #expect(
      fails {
        $0.estimator = .unbiased; $0.batchSize = 2
      }?.subject == "setting estimator=unbiased")
    #expect(fails { $0.warmupEpochs = 9 }?.subject == "setting warmup_epochs=9.0")
    let short = FeatureMatrix(Matrix(rows: 17, columns: 2), name: "hog")
    let error = #expect(throws: MVError.self) {
      try TrainingData(images: TrainerTests.images, targets: [.stored("hog", short)])
    }
    #expect(error?.problem == "has 17 rows, images has 18 images")
    #expect(throws: MVError.self) { try TrainingData(images: TrainerTests.images, targets: [.pixels, .pixels]) }
  }

  @Test func aCheckpointOfAnotherRunIsRefused() throws {
    let folder = try TemporaryFolder()
    try Trainer(TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url).run()
    var other = TrainerTests.settings(epochs: 1)
    other.widths = [4, 6, 10]
    let error = #expect(throws: MVError.self) {
      try Trainer(other, data: TrainerTests.data(), folder: folder.url, resuming: true)
    }
    #expect(error?.subject == "setting widths=4-6-10")
    let fewer = try TrainingData(images: TrainerTests.images[0..<17], targets: [.pixels])
    #expect(throws: MVError.self) {
      try Trainer(TrainerTests.settings(epochs: 1), data: fewer, folder: folder.url, resuming: true)
    }
    let checkpoint = try Checkpoint(contentsOf: Trainer.checkpoint(in: folder.url))
    let wrong = try other.untrainedEncoder()
    let shapes = #expect(throws: MVError.self) { try wrong.load(checkpoint.file.tensors, from: "x.ckpt") }
    #expect(shapes?.problem.contains("layer3.0.conv1.weight of shape [8, 6, 3, 3]") == true)
  }

  /// A link that comes into the folder while the run is at work is not followed.
  @Test func checkpointsTakeThePlaceOfLinks() throws {
    let folder = try TemporaryFolder()
    let (run, victim) = (folder.url.appending(path: "run"), folder.url.appending(path: "victim"))
    try Data("mine".utf8).write(to: victim)
    let trainer = try Trainer(TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: run)
    try FileManager.default.createSymbolicLink(at: Trainer.checkpoint(in: run), withDestinationURL: victim)
    try trainer.save()
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
    #expect(try Checkpoint(contentsOf: Trainer.checkpoint(in: run)).place.step == 0)
  }

  @Test func aLossThatIsNotFiniteStopsAndNamesItsTerm() throws {
    let folder = try TemporaryFolder()
    var rows = DistanceCorrelationTests.rows(18, 30, seed: 78)
    for column in 0..<30 { for row in 0..<18 { rows[row, column] = .nan } }
    let data = try TrainingData(images: TrainerTests.images, targets: [.stored("hog", FeatureMatrix(rows))])
    let trainer = try Trainer(TrainerTests.settings(), data: data, folder: folder.url)
    let error = #expect(throws: MVError.self) { try trainer.run() }
    #expect(error?.subject == "loss term 1-dcor_hog")
    #expect(error?.remedy.contains("no checkpoint was written yet") == true)
    #expect(!FileManager.default.fileExists(atPath: Trainer.checkpoint(in: folder.url).path))
  }

  @Test func aLossThatIsNotFiniteLaterLeavesTheLastGoodCheckpoint() throws {
    let folder = try TemporaryFolder()
    let settings = TrainerTests.settings(epochs: 3)
    // A row that the first epoch leaves out and the second meets.
    let order = EpochOrder(count: 18, batchSize: settings.batchSize, seed: UInt64(settings.seed))
    let steps = order.stepsPerEpoch
    let first = Set((0..<steps).flatMap { order.indices(at: $0) })
    let second = Set((steps..<2 * steps).flatMap { order.indices(at: $0) })
    let bad = try #require(second.subtracting(first).min())
    var rows = DistanceCorrelationTests.rows(18, 30, seed: 78)
    rows[bad, 3] = .nan
    let data = try TrainingData(images: TrainerTests.images, targets: [.stored("hog", FeatureMatrix(rows))])
    let trainer = try Trainer(settings, data: data, folder: folder.url)
    let error = #expect(throws: MVError.self) { try trainer.run() }
    #expect(error?.subject == "loss term 1-dcor_hog" && error?.problem.contains("epoch 2") == true)
    #expect(error?.remedy.contains("last.ckpt holds the last good state") == true)
    let file = Trainer.checkpoint(in: folder.url)
    #expect(try Checkpoint(contentsOf: file).place.step == steps)
    #expect(try Embedder(checkpoint: file).embed(TrainerTests.images).values.allSatisfy(\.isFinite))
  }
}
