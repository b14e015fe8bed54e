import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVTraining

@Suite(.serialized) struct FinderTests {
  private func point(_ rate: Double, _ loss: Double) -> LearningRateFinder.Point {
    LearningRateFinder.Point(rate: rate, loss: loss, smoothed: loss)
  }

  @Test func theSteepestFallIsSuggested() {
    // A fall of a logistic is steepest in its middle; the first points fall more steeply and do not count.
    let points = (0..<60).map { (step: Int) -> LearningRateFinder.Point in
      let place = Double(step)
      let logistic = 1 / (1 + exp((35 - place) / 3))
      return point(place, step < 8 ? 100 - 10 * place : 2 - logistic)
    }
    #expect(LearningRateFinder.steepest(points) == 35)
    #expect(LearningRateFinder.steepest((0..<60).map { point(Double($0), Double($0)) }) == nil)
    #expect(LearningRateFinder.steepest(Array(points.prefix(13))) == nil)
  }

  /// A search whose losses are `level(step)` and, of each, what a batch adds by chance: nearly normal, deviation 1.
  private func search(seed: UInt64, _ level: (Double) -> Double) -> LearningRateFinder.Result {
    var generator = SeededGenerator(seed: seed)
    var mean = 0.0
    let points = (0..<100).map { step in
      let chance = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      let loss = level(Double(step)) + chance
      mean = 0.98 * mean + 0.02 * loss
      let smoothed = mean / (1 - pow(0.98, Double(step + 1)))
      return LearningRateFinder.Point(rate: Double(step + 1), loss: loss, smoothed: smoothed)
    }
    return LearningRateFinder.Result(points: points, suggestion: LearningRateFinder.steepest(points))
  }

  @Test func aFallByChanceIsTold() {
    let seeds = UInt64(0)..<200
    // Suggestions of losses that do not fall at all are anywhere, and nearly all are known for what they are.
    let flat = seeds.map { search(seed: $0) { _ in 5 } }
    #expect(flat.count(where: \.isWithinNoise) > 160)
    #expect(Set(flat.compactMap { $0.suggestion.map { Int($0 / 10) } }).count > 4)
    // So they are where the loss runs away at the end.
    #expect(seeds.count { search(seed: $0) { $0 < 90 ? 5 : 5 * pow(1.4, $0 - 90) }.isWithinNoise } > 160)
    // A fall of ten deviations is not by chance, however the search ends; an early step may be steeper, if seldom.
    for end in [0, 500.0] {
      let falling = seeds.map { search(seed: $0) { 10 / (1 + exp(($0 - 50) / 4)) + ($0 < 95 ? 0 : end) } }
      #expect(falling.count(where: \.isWithinNoise) < 20)
    }
    #expect(!LearningRateFinder.Result(points: [], suggestion: nil).isWithinNoise)
  }

  @Test func aSearchFollowsTheRatesAndStopsWhereTheLossRunsAway() throws {
    var finder = LearningRateFinder()
    finder.steps = 30
    finder.highest = 1e-2
    let found = try finder.search(TrainerTests.settings(), data: TrainerTests.data())
    #expect(found.points.count == 30)
    #expect(found.points[0].rate == 1e-5 && abs(found.points[29].rate / 1e-2 - 1) < 1e-9)
    #expect(abs(found.points[11].rate / found.points[10].rate - pow(1e3, 1.0 / 29)) < 1e-9)
    #expect(found.points[0].smoothed - found.points[0].loss < 1e-9)
    // Twice the same: nothing is carried over.
    #expect(try finder.search(TrainerTests.settings(), data: TrainerTests.data()) == found)
    // The first step of a run has the loss of the first step of the search.
    let folder = try TemporaryFolder()
    let trainer = try Trainer(TrainerTests.settings(), data: TrainerTests.data(), folder: folder.url)
    var losses: [Double] = []
    try trainer.run { losses.append($0.loss.total) }
    #expect(losses[0] == found.points[0].loss)

    var settings = TrainerTests.settings()
    settings.optimizer = .sgd
    finder.highest = 1e9
    finder.divergence = 1.5
    #expect(try finder.search(settings, data: TrainerTests.data()).points.count < 30)
    finder.steps = 5
    #expect(throws: MVError.self) { try finder.search(settings, data: TrainerTests.data()) }
    finder.steps = 30
    let cancellation = Cancellation()
    var seen: [Double] = []
    let stopped = #expect(throws: MVError.self) {
      try finder.search(TrainerTests.settings(), data: TrainerTests.data(), cancellation: cancellation) {
        seen.append($0.rate)
        if seen.count == 3 { cancellation.cancel() }
      }
    }
    #expect(stopped?.kind == .interrupted && seen.count == 3)
  }

  @Test func batchesDoubleUpToTheData() throws {
    var finder = BatchSizeFinder()
    finder.smallest = 4
    var seen: [Int] = []
    let found = try finder.search(TrainerTests.settings(), data: TrainerTests.data()) { seen.append($0.batchSize) }
    #expect(found.points.map(\.batchSize) == [4, 8, 16] && seen == [4, 8, 16])
    #expect(found.end == .data && found.suggestion == 16)
    #expect(found.points.allSatisfy { $0.imagesPerSecond > 0 && $0.bytes > 1 << 20 })
    finder.largest = 8
    #expect(try finder.search(TrainerTests.settings(), data: TrainerTests.data()).end == .limit)
    finder.memoryLimit = ProcessMemory.held / 2
    let short = try finder.search(TrainerTests.settings(), data: TrainerTests.data())
    #expect(short.end == .memory && short.points.map(\.batchSize) == [4])
    finder.memoryLimit = nil
    finder.smallest = 32
    finder.largest = 64
    #expect(throws: MVError.self) { try finder.search(TrainerTests.settings(), data: TrainerTests.data()) }
    finder.largest = 16
    #expect(throws: MVError.self) { try finder.search(TrainerTests.settings(), data: TrainerTests.data()) }
    finder.smallest = 4
    let cancellation = Cancellation()
    cancellation.cancel()
    let stopped = #expect(throws: MVError.self) {
      try finder.search(TrainerTests.settings(), data: TrainerTests.data(), cancellation: cancellation)
    }
    #expect(stopped?.kind == .interrupted)
  }

  @Test func memoryIsThatOfTheProcess() {
    #expect(ProcessMemory.held > 10 << 20 && ProcessMemory.peak >= ProcessMemory.held / 2)
    #expect(ProcessMemory.limit > ProcessMemory.held)
  }
}
