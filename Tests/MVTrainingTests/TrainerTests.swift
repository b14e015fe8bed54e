import Foundation
import MVCore
import MVImaging
import MVNetworks
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVTraining

@Suite(.serialized) struct TrainerTests {
  static func settings(epochs: Int = 3) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.encoder = .cifarResNet
    settings.widths = [4, 6, 8]
    settings.projector = [16, 12]
    settings.batchSize = 8
    settings.epochs = epochs
    settings.lr = 1e-3
    settings.seed = 5
    settings.threads = 1
    // Not left to the processor: some have bfloat16, whose rounding is more than what is compared.
    settings.precision = .float32
    return settings
  }

  static let images: ImageBatch = {
    var generator = SeededGenerator(seed: 77)
    let shape = ImageShape(height: 20, width: 20, channels: 3)
    let pixels = (0..<18 * shape.count).map { _ in UInt8(generator.integer(below: 256)) }
    return ImageBatch(count: 18, shape: shape, pixels: .uint8(pixels))
  }()

  static func data() throws -> TrainingData {
    let rows = FeatureMatrix(DistanceCorrelationTests.rows(18, 30, seed: 78), name: "hog")
    return try TrainingData(images: images, targets: [.stored("hog", rows), .pixels, .augmented])
  }

  func checkpoint(_ folder: TemporaryFolder, _ name: String) throws -> Data {
    try Data(contentsOf: Trainer.checkpoint(in: folder.url.appending(path: name)))
  }

  @Test func aRunDependsOnItsSeedAlone() throws {
    let folder = try TemporaryFolder()
    func run(_ name: String, _ change: (inout TrainingSettings) -> Void = { _ in }) throws {
      var settings = Self.settings()
      change(&settings)
      let trainer = try Trainer(settings, data: Self.data(), folder: folder.url.appending(path: name))
      var steps: [Int] = []
      try trainer.run { steps.append($0.step) }
      #expect(steps == Array(1...6))
    }
    try run("a")
    try run("b")
    #expect(try checkpoint(folder, "a") == checkpoint(folder, "b"))
    try run("c") { $0.seed = 6 }
    #expect(try checkpoint(folder, "a") != checkpoint(folder, "c"))
    try run("e") { $0.precision = .bfloat16 }
    try run("f") { $0.precision = .bfloat16 }
    #expect(try checkpoint(folder, "e") == checkpoint(folder, "f"))
    #expect(try checkpoint(folder, "e") != checkpoint(folder, "a"))
    try run("d") { $0.workers = 3 }
    let (one, many) = (
      try Checkpoint(contentsOf: Trainer.checkpoint(in: folder.url.appending(path: "a"))),
      try Checkpoint(contentsOf: Trainer.checkpoint(in: folder.url.appending(path: "d")))
    )
    for (name, entry) in one.file.tensors { #expect(entry.values == many.file.tensors[name]?.values) }
  }

  @Test(arguments: [2, 3]) func anInterruptedRunResumesToTheSameBytes(_ stopAfter: Int) throws {
    let folder = try TemporaryFolder()
    let whole = try Trainer(Self.settings(epochs: 4), data: Self.data(), folder: folder.url.appending(path: "whole"))
    var losses: [Double] = []
    try whole.run { losses.append($0.loss.total) }
    #expect(losses.count == 8 && losses.allSatisfy(\.isFinite))

    let part = folder.url.appending(path: "part")
    let first = try Trainer(Self.settings(epochs: 4), data: Self.data(), folder: part)
    let cancellation = Cancellation()
    let error = #expect(throws: MVError.self) {
      try first.run(cancellation: cancellation) { if $0.step >= stopAfter { cancellation.cancel() } }
    }
    #expect(error?.kind == .interrupted)
    #expect(throws: MVError.self) { try Trainer(Self.settings(epochs: 4), data: Self.data(), folder: part) }
    let second = try Trainer(Self.settings(epochs: 4), data: Self.data(), folder: part, resuming: true)
    #expect(second.step == stopAfter)
    var resumed: [Double] = []
    try second.run { resumed.append($0.loss.total) }
    #expect(resumed == Array(losses.dropFirst(stopAfter)))
    // The epochs before the stop are read back, but for the digits that the log leaves out.
    #expect(second.records.map(\.epoch) == [1, 2, 3, 4] && whole.records.map(\.step) == [2, 4, 6, 8])
    for (old, new) in zip(whole.records, second.records) {
      #expect(old.loss.terms == new.loss.terms && abs(old.loss.total - new.loss.total) < 1e-6 * old.loss.total)
      #expect(zip(old.loss.values, new.loss.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    #expect(try checkpoint(folder, "whole") == checkpoint(folder, "part"))
    let lines = try String(contentsOf: part.appending(path: "losses.csv"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(
      lines[0].hasPrefix("epoch,step,loss,mse,std,1-dcor_zz,1-dcor_hog,1-dcor_pixels,1-dcor_augment,learning_rate,"))
    #expect(lines.dropFirst().map { $0.prefix(2) } == ["1,", "2,", "3,", "4,"])
    // A finished run has nothing left to do.
    try Trainer(Self.settings(epochs: 4), data: Self.data(), folder: part, resuming: true).run { _ in
      Issue.record("a step after the end")
    }
  }

  @Test func aRunThatWasKilledResumesFromItsLastCheckpoint() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings(epochs: 4)
    settings.checkpointEvery = 2
    let whole = folder.url.appending(path: "whole")
    try Trainer(settings, data: Self.data(), folder: whole).run()
    // The state after 3 epochs, as kill -9 leaves it: the checkpoint of epoch 2, a longer log, a half-written file.
    let part = folder.url.appending(path: "part")
    let kept = folder.url.appending(path: "kept")
    let killed = try Trainer(settings, data: Self.data(), folder: part)
    try killed.run { progress in
      if progress.step == 4 {
        try? FileManager.default.copyItem(at: part, to: kept)
      }
    }
    try Data("half".utf8).write(to: kept.appending(path: ".last.ckpt.creating"))
    let resumed = try Trainer(settings, data: Self.data(), folder: kept, resuming: true)
    #expect(resumed.step == 4)
    try resumed.run()
    #expect(try checkpoint(folder, "whole") == checkpoint(folder, "kept"))
  }

  @Test func accumulatedGradientsAreTheMeanOfTheBatches() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings(epochs: 1)
    settings.optimizer = .sgd
    settings.weightDecay = 0
    settings.scheduler = .constant
    settings.lr = 1e-5
    func weights(_ trainer: Trainer) throws -> [Float] {
      try #require(
        try trainer.encoder.parameters.first { $0.name.hasSuffix("conv1.weight") }?.tensor.values())
    }
    // Momentum 0.9: the first step moves by g1, the second by 0.9 g1 + g2, each times the rate.
    let single = try Trainer(settings, data: Self.data(), folder: folder.url.appending(path: "single"))
    var path = [try weights(single)]
    try single.run { _ in if let now = try? weights(single) { path.append(now) } }
    #expect(path.count == 3)
    settings.accumulate = 2
    let both = try Trainer(settings, data: Self.data(), folder: folder.url.appending(path: "both"))
    #expect(both.totalSteps == 1)
    try both.run()
    let moved = zip(try weights(both), path[0]).map { $0 - $1 }
    let expected = path[0].indices.map { index in
      let first = path[1][index] - path[0][index]
      return (first + (path[2][index] - path[1][index] - 0.9 * first)) / 2
    }
    let largest = expected.map(abs).max() ?? 0
    #expect(largest > 1e-7)
    #expect(largestDifference(moved, expected) < 0.02 * largest)
  }

  @Test func embeddingsAreScoredAndTheBestAreKept() throws {
    let folder = try TemporaryFolder()
    // Two classes that any encoder tells apart: dark and bright images.
    let shape = ImageShape(height: 16, width: 16, channels: 3)
    var generator = SeededGenerator(seed: 3)
    let pixels = (0..<80 * shape.count).map { index in
      UInt8(generator.integer(below: 60) + (index / shape.count % 2 == 0 ? 0 : 190))
    }
    let labels = (0..<80).map { Int64($0 % 2) }
    let images = ImageBatch(count: 80, shape: shape, pixels: .uint8(pixels))
    var settings = Self.settings(epochs: 4)
    settings.validateEvery = 2
    settings.policy = .cifar
    let data = try TrainingData(images: images, labels: labels, targets: [.pixels])
    func run(_ name: String, stopAfter: Int? = nil) throws -> [EpochRecord] {
      let place = folder.url.appending(path: name)
      var records: [EpochRecord] = []
      if let stopAfter {
        let cancellation = Cancellation()
        let first = try Trainer(settings, data: data, folder: place)
        #expect(throws: MVError.self) {
          try first.run(cancellation: cancellation) { if $0.step >= stopAfter { cancellation.cancel() } }
        }
      }
      let trainer = try Trainer(settings, data: data, folder: place, resuming: true)
      try trainer.run { if let record = $0.finishedEpoch { records.append(record) } }
      return records
    }
    let records = try run("whole")
    #expect(records.map { $0.validation != nil } == [false, true, false, true])
    #expect(records[3].validation?.probe == 1)
    let best = try Checkpoint(contentsOf: Trainer.bestCheckpoint(in: folder.url.appending(path: "whole")))
    #expect(best.place.bestScore == 1)
    #expect([2, 4].contains(best.place.epoch))
    let lines = try String(contentsOf: folder.url.appending(path: "whole/losses.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines[0].hasSuffix(",knn,probe") && lines[1].hasSuffix(",,") && lines[4].hasSuffix(",1.0000"))
    _ = try run("part", stopAfter: 25)
    #expect(try checkpoint(folder, "whole") == checkpoint(folder, "part"))
    // Images without labels are trained on all the same.
    let unlabeled = try TrainingData(images: images, targets: [.pixels])
    settings.epochs = 1
    try Trainer(settings, data: unlabeled, folder: folder.url.appending(path: "unlabelled")).run {
      #expect($0.finishedEpoch?.validation == nil)
    }
  }

  @Test func theLossFalls() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings(epochs: 30)
    settings.policy = .cifar
    settings.scheduler = .constant
    settings.representations = .named(["hog"])
    settings.lr = 3e-3
    settings.clip = 5
    settings.checkpointEvery = 100
    let trainer = try Trainer(settings, data: Self.data(), folder: folder.url)
    var losses: [Double] = []
    try trainer.run { progress in
      #expect(progress.loss.names == ["mse", "std", "1-dcor_zz", "1-dcor_hog"])
      losses.append(progress.loss.total)
    }
    let (before, after) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(after < 0.95 * before, "\(before) \(after)")
  }

  @Test func theClockDividesTheTimeOfSteps() throws {
    let folder = try TemporaryFolder()
    let trainer = try Trainer(Self.settings(epochs: 2), data: Self.data(), folder: folder.url)
    var last: TrainingProgress?
    var records: [EpochRecord] = []
    try trainer.run { progress in
      #expect(progress.networkSeconds > last?.networkSeconds ?? 0)
      last = progress
      if let record = progress.finishedEpoch { records.append(record) }
    }
    #expect(records.count == 2)
    for record in records {
      #expect(record.networkShare > 0 && record.waitingShare >= 0)
      #expect(record.networkShare + record.waitingShare <= 1.000001)
    }
    let text = try String(contentsOf: folder.url.appending(path: "losses.csv"), encoding: .utf8)
    #expect(text.prefix { $0 != "\n" }.contains(",waiting_share,network_share,seconds,"))
  }
}
