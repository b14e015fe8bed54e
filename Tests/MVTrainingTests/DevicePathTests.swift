import CTorch
import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// What other devices compute by libtorch's operations is what loops compute on the processor.
@Suite struct DevicePathTests {
  /// What `body` gives by loops, and by operations alone.
  static func both<Value>(_ body: () throws -> Value) rethrows -> (loops: Value, operations: Value) {
    let loops = try body()
    mvt_forbid_loops(true)
    defer { mvt_forbid_loops(false) }
    return (loops, try body())
  }

  private func expectAlike(
    _ pair: (loops: [Float], operations: [Float]), _ tolerance: Float = 1e-4,
    at location: SourceLocation = #_sourceLocation
  ) {
    let largest = pair.loops.map(abs).max() ?? 0
    let apart = largestDifference(pair.loops, pair.operations)
    #expect(pair.loops.count == pair.operations.count, sourceLocation: location)
    #expect(apart <= tolerance * max(largest, 1e-6), "\(apart) of \(largest)", sourceLocation: location)
  }

  @Test(arguments: DistanceEstimator.allCases) func distanceCorrelations(_ estimator: DistanceEstimator) throws {
    let pair = try Self.both { () -> [[Float]] in
      let x = try Tensor(DistanceCorrelationTests.rows(40, 7, seed: 1))
      let y = try Tensor(DistanceCorrelationTests.rows(40, 300, seed: 2))
      for tensor in [x, y] { try tensor.setRequiresGradient(true) }
      let value = try x.distanceCorrelation(with: y, estimator: estimator)
      try value.scaled(by: 3).backward()
      return try [value.values(), #require(try x.gradient()).values(), #require(try y.gradient()).values()]
    }
    for (loops, operations) in zip(pair.loops, pair.operations) { expectAlike((loops, operations)) }
  }

  /// Rows that do not differ have no correlation and no slope, and rows that are the same are a clamped distance apart.
  @Test(arguments: DistanceEstimator.allCases) func rowsThatDoNotDiffer(_ estimator: DistanceEstimator) throws {
    var twins = DistanceCorrelationTests.rows(8, 5, seed: 3)
    for column in 0..<5 { twins.values[5 + column] = twins.values[column] }
    let constant = Matrix(rows: 8, columns: 5, values: (0..<40).map { Float($0 % 5) })
    let other = DistanceCorrelationTests.rows(8, 4, seed: 4)
    for (rows, isNothing) in [(constant, true), (twins, false)] {
      let pair = try Self.both { () -> [[Float]] in
        let x = try Tensor(rows)
        try x.setRequiresGradient(true)
        let value = try x.distanceCorrelation(with: Tensor(other), estimator: estimator)
        try value.backward()
        return try [value.values(), #require(try x.gradient()).values()]
      }
      for (loops, operations) in zip(pair.loops, pair.operations) {
        expectAlike((loops, operations))
        if isNothing { #expect(operations.allSatisfy { $0 == 0 }) }
      }
    }
    let broken = try Self.both {
      var rows = other
      rows.values[3] = .nan
      return try Tensor(rows).distanceCorrelation(with: Tensor(twins), estimator: estimator).scalar()
    }
    #expect(broken.loops.isNaN && broken.operations.isNaN)
  }

  @Test(arguments: DistanceEstimator.allCases, [false, true]) func theLoss(
    _ estimator: DistanceEstimator, _ released: Bool
  ) throws {
    let loss = MultiViewLoss(
      mseWeight: 0.5, deviationWeight: 2, viewsWeight: 1.5, estimator: estimator, releasedSign: released,
      representsBoth: released)
    let pair = try Self.both { () -> [[Float]] in
      let z0 = try Tensor(DistanceCorrelationTests.rows(24, 16, seed: 5))
      let z = try Tensor(DistanceCorrelationTests.rows(24, 16, seed: 6))
      for tensor in [z0, z] { try tensor.setRequiresGradient(true) }
      let stored = try CenteredDistances(of: DistanceCorrelationTests.rows(24, 9, seed: 7), estimator: estimator)
      let computed = try CenteredDistances(
        of: Tensor(DistanceCorrelationTests.rows(24, 50, seed: 8)), scale: 0.5, estimator: estimator)
      let (value, terms) = try loss(
        plain: z0, augmented: z,
        representations: [
          .init(name: "a", weight: 2, distances: stored), .init(name: "b", weight: 0.5, distances: computed),
        ])
      try value.scaled(by: 0.25).backward()
      let numbers = [terms.total] + terms.values + [Double(try value.scalar())]
      return try [numbers.map(Float.init), #require(try z0.gradient()).values(), #require(try z.gradient()).values()]
    }
    #expect(pair.loops[0].count == (released ? 9 : 7))
    for (loops, operations) in zip(pair.loops, pair.operations) { expectAlike((loops, operations)) }
  }

  @Test(arguments: OptimizerKind.allCases) func optimizers(_ kind: OptimizerKind) throws {
    let pair = try Self.both { () -> [Float] in
      let weights = [
        try Tensor((0..<30).map { Float($0 % 7) - 3 }, shape: [6, 5]), try Tensor([0.5, -1, 2, 0, 1], shape: [5]),
      ]
      for weight in weights { try weight.setRequiresGradient(true) }
      let optimizer = try Optimizer(
        kind,
        parameters: weights.enumerated().map { NamedTensor(name: "\($0)", tensor: $1, isParameter: true) },
        weightDecay: 0.05, decaysVectors: false)
      for _ in 0..<4 {
        for weight in weights { try weight.multiplied(by: weight).sum().backward() }
        try optimizer.step(learningRate: 0.02)
      }
      return try weights.flatMap { try $0.values() }
    }
    expectAlike(pair, 1e-6)
  }

  @Test func batchesOfImages() throws {
    let shape = ImageShape(height: 5, width: 3, channels: 3)
    let pixels = (0..<4 * shape.count).map { UInt8(truncatingIfNeeded: $0 * 37) }
    for channelsLast in [true, false] {
      let pair = try Self.both {
        try Tensor(
          images: pixels, count: 4, shape: shape, mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 2],
          channelsLast: channelsLast
        ).values()
      }
      #expect(pair.loops == pair.operations)
    }
  }

  /// Whole steps: representations that are stored and computed, a classifier beside the encoder, an average.
  @Test func steps() throws {
    var settings = RankTrainingTests.settings()
    settings.onlineHead = true
    settings.averaging = 0.5
    settings.clip = 1
    settings.channelsLast = false
    let data = try RankTrainingTests.data()
    let pair = try Self.both { () -> (losses: [Double], weights: [Float]) in
      let learner = try Learner(settings, data: data)
      let producer = learner.batches(of: 0..<3)
      defer { producer.stop() }
      var clock = StepClock(stepsBefore: 0, totalSteps: 3, batchSize: settings.batchSize)
      let losses = try (0..<3).map { _ in
        try learner.update(learningRate: 0.02, from: producer, clock: &clock).total
      }
      return (losses, try learner.evaluated.state.flatMap { try $0.tensor.values() })
    }
    expectAlike((pair.loops.losses.map(Float.init), pair.operations.losses.map(Float.init)))
    expectAlike((pair.loops.weights, pair.operations.weights))
  }
}
