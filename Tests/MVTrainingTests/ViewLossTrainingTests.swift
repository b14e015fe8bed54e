import Foundation
import MVCore
import MVImaging
import MVStore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// Runs with other losses, pairs of random views, small crops and averaged weights.
@Suite(.serialized) struct ViewLossTrainingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private static func settings(
    _ loss: ViewLoss, epochs: Int = 2, _ change: (inout TrainingSettings) -> Void = { _ in }
  ) -> TrainingSettings {
    var settings = TrainerTests.settings(epochs: epochs)
    settings.loss = loss
    settings.representations = .named(["hog"])
    change(&settings)
    return settings
  }

  /// Everything that a run may have besides at once.
  private static func everything(_ settings: inout TrainingSettings) {
    settings.secondView = .random
    settings.averaging = 0.9
    settings.localCrops = 2
    settings.localSize = 12
    settings.optimizer = .lars
    settings.decaysVectors = false
    settings.scheduler = .cosineRestarts
    settings.restartEpochs = 1
    settings.policy = .vicreg
    settings.representations = .named(["hog", "pixels", "augment"])
  }

  /// Trains; a run is stopped after `stop` steps and resumed.
  @discardableResult private func run(
    _ name: String, _ settings: TrainingSettings, stop: Int? = nil
  ) throws -> [LossTerms] {
    if let stop {
      let first = try Trainer(settings, data: TrainerTests.data(), folder: place(name))
      let cancellation = Cancellation()
      #expect(throws: MVError.self) {
        try first.run(cancellation: cancellation) { if $0.step >= stop { cancellation.cancel() } }
      }
    }
    let trainer = try Trainer(settings, data: TrainerTests.data(), folder: place(name), resuming: true)
    var terms: [LossTerms] = []
    try trainer.run { terms.append($0.loss) }
    return terms
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: Trainer.checkpoint(in: place(name))) }

  @Test(arguments: ViewLoss.allCases, [false, true]) func runsResumeToTheSameBytes(
    _ loss: ViewLoss, _ hasEverything: Bool
  ) throws {
    let settings = Self.settings(loss) { if hasEverything { Self.everything(&$0) } }
    let whole = try run("whole", settings)
    #expect(whole.count == 4 && whole.allSatisfy { $0.firstNotFinite == nil && $0.total.isFinite })
    let names = hasEverything ? ["hog", "pixels", "augment"] : ["hog"]
    let both = hasEverything || loss != .mvmr
    #expect(whole.allSatisfy { $0.terms == LossTerms.terms(of: names, of: loss, both: both) })
    let resumed = try run("part", settings, stop: 3)
    #expect(resumed == Array(whole.suffix(1)))
    #expect(try bytes("whole") == bytes("part"))
    let lines = try String(contentsOf: place("part").appending(path: "losses.csv"), encoding: .utf8)
    #expect(lines.hasPrefix("epoch,step,loss,\(whole[0].names.joined(separator: ",")),learning_rate,"))
    let trainer = try Trainer(settings, data: TrainerTests.data(), folder: place("part"), resuming: true)
    let page = try #require(RunPage(trainer.records, settings: settings, folder: place("part")))
    try page.write()
  }

  /// Images of one color each: what crops and flips keep of them can be learned in a few steps.
  private static func colors() throws -> TrainingData {
    var generator = SeededGenerator(seed: 3)
    let shape = ImageShape(height: 20, width: 20, channels: 3)
    let pixels = (0..<32).flatMap { _ in
      let color = (0..<3).map { _ in UInt8(generator.integer(below: 256)) }
      return (0..<400).flatMap { _ in color }
    }
    return try TrainingData(images: ImageBatch(count: 32, shape: shape, pixels: .uint8(pixels)), targets: [])
  }

  @Test(arguments: [ViewLoss.simclr, .vicreg, .barlow]) func theLossFalls(_ loss: ViewLoss) throws {
    let settings = Self.settings(loss, epochs: 40) {
      $0.representations = .named([])
      $0.policy = .cifar
      $0.scheduler = .constant
      $0.temperature = 0.5
      $0.batchSize = 32
      $0.lr = 1e-2
      $0.checkpointEvery = 100
    }
    let trainer = try Trainer(settings, data: Self.colors(), folder: place("run"))
    var losses: [Double] = []
    try trainer.run { losses.append($0.loss.total) }
    let (before, after) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(after < 0.97 * before, "\(loss) \(before) \(after)")
  }

  @Test func theTwoViewsAreRandomOnesOrOneAndThePlainImage() throws {
    let data = try TrainerTests.data()
    let size = ImageSize(height: 20, width: 20)
    let cases: [(ViewLoss, SecondView?, Bool)] = [
      (.mvmr, nil, false), (.mvmr, .random, true), (.simclr, nil, true), (.simclr, .plain, false),
    ]
    for (loss, second, paired) in cases {
      let settings = Self.settings(loss) {
        $0.secondView = second
        $0.policy = .vicreg
      }
      #expect(settings.pairsRandomViews == paired && settings.representsBothViews == paired)
      let views = ViewPlan(settings, size: size)
      let batch = try PreparedBatch(of: data, at: [4, 0, 7], epoch: 2, batch: 0, seed: 9, views: views, workers: 2)
      func expected(_ stream: RandomStream, isSecond: Bool) throws -> [UInt8] {
        let policy = AugmentationPolicy(.vicreg, size: size, isSecond: isSecond)
        return try [4, 0, 7].flatMap { row in
          var generator = SeededGenerator(seed: 9, keys: stream.rawValue, 2, UInt64(row))
          return policy.apply(to: try RGBImage(TrainerTests.images[row]), using: &generator).pixels
        }
      }
      #expect(try batch.augmented == expected(.view, isSecond: false))
      #expect(try batch.pairedView == (paired ? expected(.secondView, isSecond: true) : nil))
      #expect(batch.locals.isEmpty)
    }
  }

  @Test func smallCropsAreCutAsAskedFor() throws {
    var settings = Self.settings(.simclr) {
      $0.localCrops = 3
      $0.policy = .crop
    }
    let size = ImageSize(height: 20, width: 20)
    func crops(_ plan: ViewPlan) -> [RandomResizedCrop] {
      [plan.first, plan.second, plan.locals?.policy].compactMap { $0?.steps.first as? RandomResizedCrop }
    }
    #expect(crops(ViewPlan(settings, size: size)).map(\.scale) == [0.14...1, 0.14...1, 0.05...0.14])
    #expect(ViewPlan(settings, size: .square(224)).locals?.size == .square(96))
    settings.localScale = 0.4
    settings.cropScale = 0.3
    settings.localSize = 9
    let plan = ViewPlan(settings, size: size)
    #expect(crops(plan).map(\.scale) == [0.3...1, 0.3...1, 0.05...0.4])
    let batch = try PreparedBatch(
      of: TrainerTests.data(), at: [4, 0], epoch: 2, batch: 0, seed: 9, views: plan, workers: 2)
    var expected: [UInt8] = []
    for number in 0..<3 {
      for row in [4, 0] {
        var generator = SeededGenerator(seed: 9, keys: RandomStream.localCrop.rawValue, 2, UInt64(row), UInt64(number))
        expected +=
          AugmentationPolicy(.crop, size: .square(9), scale: 0.05...0.4)
          .apply(to: try RGBImage(TrainerTests.images[row]), using: &generator).pixels
      }
    }
    #expect(batch.locals == expected)
    // A smallest share without small crops is that of the views.
    settings.localCrops = 0
    #expect(crops(ViewPlan(settings, size: size)).map(\.scale) == [0.3...1, 0.3...1])
    settings.cropScale = 0
    #expect(crops(ViewPlan(settings, size: size)).map(\.scale) == [0.08...1, 0.08...1])
  }

  @Test(arguments: ViewLoss.allCases) func theLossOfSmallCropsIsTheMeanOfAllPairs(_ loss: ViewLoss) throws {
    let settings = Self.settings(loss) { $0.criterionWeight = 1 }
    let rows = (0..<4).map { DistanceCorrelationTests.rows(8, 12, seed: UInt64(40 + $0)) }
    let target = MultiViewLoss.Representation(
      name: "hog", weight: 2, distances: try CenteredDistances(of: DistanceCorrelationTests.rows(8, 5, seed: 50)))
    let tensors = try rows.map { (rows) throws -> Tensor in
      let tensor = try Tensor(rows)
      try tensor.setRequiresGradient(true)
      return tensor
    }
    let (value, terms) = try settings.trainingLoss(
      ViewEmbeddings(first: tensors[0], second: tensors[1], locals: [tensors[2], tensors[3]]), representations: [target]
    )
    let criterion: any PairCriterion = settings.trainingLoss.criterion ?? settings.trainingLoss.multiView
    var sum = 0.0
    for (local, whole) in [(0, 1), (2, 0), (2, 1), (3, 0), (3, 1)] {
      sum += try criterion.pair(Tensor(rows[local]), Tensor(rows[whole])).total
    }
    let own = try settings.trainingLoss.multiView.dependence(of: Tensor(rows[0]), on: [target]).total
    let other = try settings.trainingLoss.multiView.dependence(of: Tensor(rows[1]), on: [target]).total
    let expected = sum / 5 + own + (loss == .mvmr ? 0 : other)
    let number = Double(try value.scalar())
    #expect(abs(terms.total - expected) < 1e-5 * abs(expected) && abs(number - expected) < 1e-5 * abs(expected))
    #expect(terms.terms == settings.terms(of: ["hog"]))
    try value.backward()
    for tensor in tensors { #expect(try #require(try tensor.gradient()).values().contains { $0 != 0 }) }
  }

  @Test func averagesFollowTheWeightsAndAreEvaluated() throws {
    let settings = Self.settings(.simclr, epochs: 3) { $0.averaging = 0.8 }
    let trainer = try Trainer(settings, data: TrainerTests.data(), folder: place("run"))
    func state() throws -> [[Float]] { try trainer.encoder.state.map { try $0.tensor.values() } }
    var expected = try state()
    try trainer.run { _ in
      guard let now = try? state() else { return }
      for (index, values) in now.enumerated() {
        for place in values.indices { expected[index][place] += 0.2 * (values[place] - expected[index][place]) }
      }
    }
    let checkpoint = try Checkpoint(contentsOf: Trainer.checkpoint(in: place("run")))
    for (item, values) in zip(trainer.encoder.state, expected) {
      let kept = try #require(checkpoint.file.tensors[item.name]?.values)
      #expect(largestDifference(kept, values) < 1e-5, "\(item.name)")
      #expect(try checkpoint.file.tensors["training.\(item.name)"]?.values == item.tensor.values())
    }
    let rows = try Embedder(checkpoint: checkpoint.url).embed(TrainerTests.images)
    #expect(try trainer.embedder().embed(TrainerTests.images) == rows)
    // Averages change nothing of the training itself.
    try run("plain", Self.settings(.simclr, epochs: 3))
    let plain = try Checkpoint(contentsOf: Trainer.checkpoint(in: place("plain")))
    for item in trainer.encoder.state {
      #expect(plain.file.tensors[item.name]?.values == checkpoint.file.tensors["training.\(item.name)"]?.values)
    }
    #expect(plain.file.tensors.keys.allSatisfy { !$0.hasPrefix("training.") })
    // A run that starts from it takes what was evaluated.
    let next = try Trainer(settings, data: TrainerTests.data(), folder: place("next"), initial: .checkpoint(checkpoint))
    for item in next.encoder.state {
      #expect(try item.tensor.values() == checkpoint.file.tensors[item.name]?.values)
    }
    #expect(largestDifference(try next.embedder().embed(TrainerTests.images).values, rows.values) < 1e-4)
  }

  @Test func settingsThatDoNotGoTogetherAreErrors() throws {
    func fails(_ change: @escaping (inout TrainingSettings) -> Void) -> String? {
      let settings = Self.settings(.simclr, change)
      do {
        _ = try Trainer(settings, data: TrainerTests.data(), folder: place("x"))
        return nil
      } catch { return (error as? MVError).map { $0.kind == .usage ? $0.subject : "\($0.kind)" } }
    }
    #expect(fails { $0.policy = .none } == "setting policy=none")
    #expect(
      fails {
        $0.policy = .none
        $0.secondView = .plain
      } == "setting policy=none")
    #expect(
      fails {
        ($0.policy, $0.loss, $0.secondView) = (.none, .mvmr, .random)
      } == "setting policy=none")
    // As version 0.1 did.
    #expect(
      fails {
        ($0.policy, $0.loss) = (.none, .mvmr)
      } == nil)
    #expect(
      fails {
        ($0.criterionWeight, $0.representations) = (0, .none)
      } == "setting weight_views=0")
    #expect(
      fails {
        ($0.policy, $0.localCrops) = (.cifar, 2)
      } == "setting local_crops=2")
    #expect(
      fails {
        ($0.policy, $0.cropScale) = (.cifar, 0.2)
      } == "setting crop_scale=0.2")
    #expect(
      fails {
        ($0.localCrops, $0.localSize) = (2, 20)
      } == "setting local_size=20")
    #expect(!FileManager.default.fileExists(atPath: place("x").appending(path: "last.ckpt").path))
    var settings = TrainingSettings()
    for text in [
      "temperature=0", "temperature=-1", "weight_views=-1", "weight_invariance=-1", "weight_variance=-0.5",
      "weight_covariance=-1", "weight_off_diagonal=-1", "batch_size=1", "ema=1", "ema=-0.1", "local_crops=-1",
      "local_scale=0", "restart_epochs=0", "loss=byol", "second_view=both", "represented_views=none",
    ] {
      #expect(throws: MVError.self, "\(text)") { try settings.set(assigning: text) }
    }
  }
}
