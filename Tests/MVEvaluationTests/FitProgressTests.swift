import MVCore
import Synchronization
import Testing

@testable import MVEvaluation

/// What is foretold of the time left of a choice among penalties, by a clock that the test sets.
@Suite struct FitProgressTests {
  /// Plays fits of so many passes, each of so many seconds, and returns what is told after each pass, fit by fit.
  private func told(
    _ fits: [(passes: Int, seconds: Double)], penalties: Int, folds: Int = 1, lastCost: Double = 1, dropping: Int = 0
  ) -> [[RunProgress]] {
    let found = Mutex<[RunProgress]>([])
    let run = EvaluationRun("probe") { progress in found.withLock { $0.append(progress) } }
    // Features are read for a minute first.
    var now = 60.0
    let progress = FitProgress(run, penalties: penalties, folds: folds, lastCost: lastCost) { now }
    return fits.enumerated().map { place, fit in
      found.withLock { $0 = [] }
      if place == fits.count - 1, dropping > 0 { progress.drop(dropping) }
      progress.fitBegins()
      for pass in 1...fit.passes {
        now += fit.seconds
        progress.passed(Double(pass) / Double(fit.passes))
      }
      progress.fitEnded()
      return found.withLock { Array($0.prefix(fit.passes)) }
    }
  }

  @Test func nothingIsSaidOfTheFirstThreePenalties() throws {
    let fits = [2, 4, 4, 8, 8, 8].map { (passes: $0, seconds: 0.5) }
    let all = told(fits, penalties: 5)
    #expect(all[0...2].joined().allSatisfy { $0.timeLeft == nil })
    // Then three fits are taken to be like the last, which took 4 passes.
    #expect(all[3][0].timeLeft == 5.5)
    // From there on it is as it comes.
    let fifth: [Double?] = [7.5, 7, 6.5, 6, 5.5, 5, 4.5]
    #expect(all[4].dropLast().map(\.timeLeft) == fifth)
    let last: [Double?] = [3.5, 3, 2.5, 2, 1.5, 1, 0.5]
    #expect(all[5].dropLast().map(\.timeLeft) == last)
    #expect(all.joined().allSatisfy { $0.done <= $0.total })
    // Two folds of a penalty are two fits.
    let folds = told(Array(repeating: (passes: 4, seconds: 1), count: 11), penalties: 5, folds: 2)
    #expect(folds[0...5].joined().allSatisfy { $0.timeLeft == nil })
    #expect(folds[6][0].timeLeft == 19)
  }

  @Test func theLastFitCostsWhatItsRowsDo() throws {
    var fits = Array(repeating: (passes: 4, seconds: 1.0), count: 4)
    fits.append((passes: 8, seconds: 3))
    let all = told(fits, penalties: 4, lastCost: 3)
    #expect(all[3][0].timeLeft == 15)
    #expect(all[4][0].timeLeft == 9)
    #expect(all[4][5].timeLeft == 6)
  }

  @Test func penaltiesThatAreLeftOutTakeNoTime() throws {
    let all = told(Array(repeating: (passes: 4, seconds: 1), count: 5), penalties: 13, dropping: 9)
    #expect(all[3][0].timeLeft == 43)
    #expect(all[4][0].timeLeft == 3)
  }

  /// A single penalty has no other to be foretold from: its own gradient tells, once it has fallen for a while.
  @Test func aSinglePenaltyIsForetoldFromItsGradient() throws {
    let all = told([(passes: 10, seconds: 2)], penalties: 1, folds: 0)
    let expected: [Double?] = [nil, nil, 14, 12, 10, 8, 6, 4, 2, 2]
    #expect(all[0].map(\.timeLeft) == expected)
  }
}
