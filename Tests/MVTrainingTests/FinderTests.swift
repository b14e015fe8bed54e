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
