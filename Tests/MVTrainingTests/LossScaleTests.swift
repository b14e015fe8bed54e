import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite struct LossScaleTests {
  @Test func itIsOfFloat16Alone() {
    #expect(LossScale(for: nil) == nil && LossScale(for: .bfloat16) == nil)
    #expect(LossScale(for: .float16)?.factor == 65536)
  }

  @Test func itFallsWhereGradientsAreNotFiniteAndRisesAfterManyThatAre() throws {
    var scale = LossScale(factor: 1024)
    try scale.adapt(isFinite: false)
    #expect(scale.factor == 512 && scale.skipped == 1)
    for _ in 0..<1999 { try scale.adapt(isFinite: true) }
    #expect(scale.factor == 512)
    try scale.adapt(isFinite: false)
    for _ in 0..<2000 { try scale.adapt(isFinite: true) }
    #expect(scale.factor == 512 && scale.skipped == 2)
    #expect(CanonicalJSON.value(LossScale.self, from: CanonicalJSON.text(scale)) == scale)
    let error = #expect(throws: MVError.self) { for _ in 0..<100 { try scale.adapt(isFinite: false) } }
    #expect(error?.subject == "gradients of float16")
    #expect(!LossScale(factor: .infinity).isPossible && !LossScale(factor: -1).isPossible)
  }

  /// The weights of a learner after three steps, its losses, and its scale.
  private func run(_ scale: LossScale?) throws -> (weights: [[Float]], losses: [Double], scale: LossScale?) {
    let settings = RankTrainingTests.settings { ($0.clip, $0.accumulate, $0.batchSize) = (1, 2, 6) }
    let learner = try Learner(settings, data: RankTrainingTests.data())
    learner.lossScale = scale
    let producer = learner.batches(of: 0..<3)
    defer { producer.stop() }
    var clock = StepClock(stepsBefore: 0, totalSteps: 3, batchSize: 12)
    let losses = try (0..<3).map { _ in try learner.update(learningRate: 0.01, from: producer, clock: &clock).total }
    return (try learner.encoder.parameters.map { try $0.tensor.values() }, losses, learner.lossScale)
  }

  @Test func aFactorThatIsTakenOutChangesNothing() throws {
    let (plain, scaled) = (try run(nil), try run(LossScale(factor: 256)))
    #expect(plain.losses[0] == scaled.losses[0] && scaled.scale?.steps == 3)
    for (one, other) in zip(plain.weights, scaled.weights) { #expect(largestDifference(one, other) < 1e-5) }
  }

  @Test func aStepOfInfiniteGradientsIsLeftOut() throws {
    let untrained = try Learner(RankTrainingTests.settings { $0.batchSize = 6 }, data: RankTrainingTests.data())
    // Float32 has no such number, so that the loss itself is infinite.
    let left = try run(LossScale(factor: 0x1p300))
    #expect(left.scale?.skipped == 3 && left.scale?.factor == 0x1p297)
    let before = try untrained.encoder.parameters.map { try $0.tensor.values() }
    #expect(left.weights == before)
  }
}

/// The batch that an error of too little memory names.
@Suite struct LargestBatchTests {
  private let full = MVError(.outOfMemory, "convolution", "ran out of memory", remedy: "use less")

  @Test func halvesAreTried() throws {
    var tried: [Int] = []
    let found = try Learner.largestBatch(below: 100, least: 2) { (size) throws(MVError) in
      tried.append(size)
      if size > 20 { throw full }
    }
    #expect(found == 12 && tried == [50, 25, 12])
    #expect(try Learner.largestBatch(below: 8, least: 4) { (_) throws(MVError) in throw full } == nil)
    #expect(throws: MVError.self) {
      try Learner.largestBatch(below: 8, least: 2) { (_) throws(MVError) in throw MVError.badData("a", "b", remedy: "c")
      }
    }
  }

  @Test func theErrorNamesTheBatchOfAllRanks() {
    let error = Learner.outOfMemory(batch: 256, ranks: 2, fitting: 48, device: "cuda:1 (79 GB)")
    #expect(
      error.description == "setting batch_size=256: needs more memory than cuda:1 (79 GB) has; "
        + "batch_size=96 fits; with accumulate=3 a step is of as many images")
    #expect(error.kind == .outOfMemory)
    let none = Learner.outOfMemory(batch: 4, ranks: 1, fitting: nil, device: "cuda:0")
    #expect(none.description.contains("and so do smaller ones; use a smaller encoder"))
  }

  @Test func aLearnerTriesItsOwnStep() throws {
    let learner = try Learner(RankTrainingTests.settings(), data: RankTrainingTests.data())
    let error = learner.explained(full)
    let words = "setting batch_size=8: needs more memory than this machine has; batch_size=4 fits"
    #expect(error.description.hasPrefix(words))
    let other = MVError.badData("a", "b", remedy: "c")
    #expect(learner.explained(other).description == other.description)
  }
}
