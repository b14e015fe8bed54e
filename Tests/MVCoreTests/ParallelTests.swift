import Foundation
import MVCore
import Synchronization
import Testing

struct ParallelTests {
  @Test func everyIndexOnce() {
    let counts = Mutex([Int](repeating: 0, count: 1000))
    Parallel.forEach(1000, threads: 4) { index in counts.withLock { $0[index] += 1 } }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 1000))
  }

  @Test func theFirstErrorStopsTheWork() {
    let started = Atomic<Int>(0)
    let error = #expect(throws: MVError.self) {
      try Parallel.forEach(10_000, threads: 2) { (index) throws(MVError) in
        started.add(1, ordering: .relaxed)
        if index == 3 { throw .badData("row 3", "is bad") }
        // The other thread must not be through before this one has come to its error.
        if index > 3 { Thread.sleep(forTimeInterval: 0.001) }
      }
    }
    #expect(error?.subject == "row 3")
    #expect(started.load(ordering: .relaxed) < 10_000)
  }

  @Test func progressTellsRateAndTimeLeft() {
    let progress = RunProgress(doneBefore: 100, done: 300, total: 700, seconds: 10)
    #expect(progress.rowsPerSecond == 20)
    #expect(progress.timeLeft == 20)
    var other = progress
    other.remainder = .unknown
    #expect(other.timeLeft == nil && other.rowsPerSecond == 20)
    other.remainder = .foretold(3)
    #expect(other.timeLeft == 3)
  }

  @Test func errorsAreOneLine() {
    #expect(MVError.badData("a\nb", "c\nd", remedy: "e").description == "a b: c d; e")
  }
}
