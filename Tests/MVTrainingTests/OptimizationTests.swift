import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite struct OptimizationTests {
  /// The textbook update in double precision, one weight at a time.
  func expected(_ kind: OptimizerKind, steps: Int, rate: Double, decay: Double) -> [Float] {
    [0.5, -1.0, 2.0].map { start in
      var (p, m, v) = (Double(start), 0.0, 0.0)
      for step in 1...steps {
        var g = 2 * p
        switch kind {
        case .sgd, .lars:  // A vector, which LARS moves as SGD does.
          g += decay * p
          m = step == 1 ? g : 0.9 * m + g
          p -= rate * m
        case .nesterov:
          g += decay * p
          m = step == 1 ? g : 0.9 * m + g
          p -= rate * (g + 0.9 * m)
        case .adam, .adamw:
          if kind == .adamw { p -= rate * decay * p } else { g += decay * p }
          m = 0.9 * m + 0.1 * g
          v = 0.999 * v + 0.001 * g * g
          p -= rate * (m / (1 - pow(0.9, Double(step)))) / ((v / (1 - pow(0.999, Double(step)))).squareRoot() + 1e-8)
        }
      }
      return Float(p)
    }
  }

  @Test(arguments: OptimizerKind.allCases) func updatesAreThoseOfTorchOptim(_ kind: OptimizerKind) throws {
    let weight = try Tensor([0.5, -1, 2], shape: [3])
    try weight.setRequiresGradient(true)
    let optimizer = try Optimizer(
      kind, parameters: [NamedTensor(name: "w", tensor: weight, isParameter: true)], weightDecay: 0.05)
    for _ in 0..<5 {
      try weight.multiplied(by: weight).sum().backward()
      try optimizer.step(learningRate: 0.02)
    }
    let reference = expected(kind, steps: 5, rate: 0.02, decay: 0.05)
    for (own, other) in zip(try weight.values(), reference) { #expect(abs(own - other) < 2e-6) }
  }

  @Test func larsIsThatOfLightly() throws {
    let golden = try Fixture.floats("optimization/lars")
    let slopes = try Fixture.floats("optimization/lars_gradients")
    func parameters(_ values: [Float]) throws -> [Tensor] {
      try [Tensor(Array(values.prefix(30)), shape: [6, 5]), Tensor(Array(values.suffix(5)), shape: [5])]
    }
    let weights = try parameters(Array(golden.prefix(35)))
    for weight in weights { try weight.setRequiresGradient(true) }
    let optimizer = try Optimizer(
      .lars,
      parameters: zip(["weight", "bias"], weights).map { NamedTensor(name: $0, tensor: $1, isParameter: true) },
      weightDecay: 0.02, decaysVectors: false)
    for step in 0..<4 {
      // The gradient of a product with constants is those.
      for (weight, slope) in zip(weights, try parameters(Array(slopes[step * 35..<(step + 1) * 35]))) {
        try weight.multiplied(by: slope).sum().backward()
      }
      try optimizer.step(learningRate: 0.3)
      let own = try weights.flatMap { try $0.values() }
      #expect(largestDifference(own, Array(golden[(step + 1) * 35..<(step + 2) * 35])) < 5e-6, "step \(step)")
    }
    #expect(optimizer.state.map(\.name) == ["optimizer.first.weight", "optimizer.first.bias"])
    // Weights of 0 have no direction: they move as by SGD.
    let zero = try Tensor(repeating: 0, shape: [2, 2])
    try zero.setRequiresGradient(true)
    let other = try Optimizer(
      .lars, parameters: [NamedTensor(name: "w", tensor: zero, isParameter: true)], weightDecay: 0.1)
    try zero.sum().backward()
    try other.step(learningRate: 0.5)
    #expect(try zero.values() == [-0.5, -0.5, -0.5, -0.5])
  }

  @Test(arguments: OptimizerKind.allCases) func biasesAndNormalizationsNeedNotDecay(_ kind: OptimizerKind) throws {
    func moved(decay: Double, vectors: Bool) throws -> [[Float]] {
      let weights = [try Tensor([0.5, -1, 2, 3], shape: [2, 2]), try Tensor([0.5, -1], shape: [2])]
      for weight in weights { try weight.setRequiresGradient(true) }
      let optimizer = try Optimizer(
        kind, parameters: weights.enumerated().map { NamedTensor(name: "\($0)", tensor: $1, isParameter: true) },
        weightDecay: decay, decaysVectors: vectors)
      for _ in 0..<3 {
        try weights[0].sum().adding(weights[1].sum()).backward()
        try optimizer.step(learningRate: 0.1)
      }
      return try weights.map { try $0.values() }
    }
    let (none, all, matrices) = (
      try moved(decay: 0, vectors: true), try moved(decay: 0.3, vectors: true), try moved(decay: 0.3, vectors: false)
    )
    #expect(matrices[1] == none[1] && matrices[1] != all[1])
    #expect(matrices[0] == all[0] && matrices[0] != none[0])
  }

  @Test func restartsAreThoseOfPyTorch() throws {
    let golden = try Fixture.array("optimization/restarts").values(as: Double.self)
    for row in 0..<3 {
      let values = golden[row * 42..<(row + 1) * 42].map { $0 }
      var settings = TrainingSettings()
      (settings.scheduler, settings.lr, settings.minLR, settings.epochs) = (.cosineRestarts, 0.8, 0.05, 40)
      (settings.restartEpochs, settings.restartFactor) = (Int(values[0]), Int(values[1]))
      let schedule = try settings.schedule(stepsPerEpoch: 1)
      for step in 0..<40 { #expect(abs(schedule.rate(at: step) - values[step + 2]) < 1e-12, "\(row) \(step)") }
    }
  }

  @Test func gradientsAreMeasuredAndScaled() throws {
    let weight = try Tensor([3, 4], shape: [2])
    try weight.setRequiresGradient(true)
    try weight.multiplied(by: weight).sum().scaled(by: 0.5).backward()
    #expect(try [weight].gradientNorm() == 5)
    try [weight].scaleGradients(by: 0.5)
    #expect(try weight.gradient()?.values() == [1.5, 2])
  }

  @Test func schedulesFollowTheirFormulas() {
    var schedule = LearningRateSchedule(
      kind: .warmupCosine, highest: 1, lowest: 0.1, warmupSteps: 10, totalSteps: 110, milestones: [20, 60], gamma: 0.5)
    #expect(schedule.rate(at: 0) == 0.1)
    #expect(abs(schedule.rate(at: 5) - 0.55) < 1e-12)
    #expect(schedule.rate(at: 10) == 1)
    #expect(abs(schedule.rate(at: 60) - 0.55) < 1e-12)
    #expect(abs(schedule.rate(at: 110) - 0.1) < 1e-12)
    schedule.kind = .cosine
    #expect(schedule.rate(at: 0) == 1)
    #expect(abs(schedule.rate(at: 55) - 0.55) < 1e-12)
    schedule.kind = .multistep
    #expect([0, 19, 20, 59, 60].map(schedule.rate) == [1, 1, 0.5, 0.5, 0.25])
    schedule.kind = .constant
    #expect(schedule.rate(at: 77) == 1)
  }

  @Test func cosineWavesAreThoseOfTheReleasedDistillation() throws {
    // Rows of 6 epochs of 10 batches, by PyTorch's CosineAnnealingLR as the released code steps it.
    let golden = try Fixture.array("released-step/waves")
    let rates = try golden.values(as: Double.self)
    var settings = TrainingSettings()
    settings.scheduler = .cosineWaves
    settings.minLR = 0
    settings.epochs = 6
    for (row, (warmup, validation, accumulate)) in [(2.0, 3, 1), (0, 0, 1), (1, 4, 2)].enumerated() {
      settings.warmupEpochs = warmup
      settings.waveBatches = validation
      settings.accumulate = accumulate
      let schedule = try settings.schedule(stepsPerEpoch: 10 / accumulate)
      for step in 0..<60 / accumulate {
        let expected = rates[row * 60 + step * accumulate + accumulate - 1]
        #expect(abs(schedule.rate(at: step) - expected) < 1e-12, "row \(row), step \(step)")
      }
    }
  }

  @Test func theWarmupMustBeShorterThanTheRun() throws {
    var settings = TrainingSettings()
    settings.epochs = 3
    #expect(try settings.schedule(stepsPerEpoch: 10).warmupSteps == 3)
    settings.warmupEpochs = 1.5
    #expect(try settings.schedule(stepsPerEpoch: 10).warmupSteps == 15)
    settings.warmupEpochs = 3
    #expect(throws: MVError.self) { try settings.schedule(stepsPerEpoch: 10) }
  }
}
