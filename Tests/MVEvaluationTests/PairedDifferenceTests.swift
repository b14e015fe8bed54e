import MVCore
import MVEvaluation
import Testing

/// Paired differences against their closed form, and their interval against chance.
@Suite struct PairedDifferenceTests {
  /// Rows of which `first` are right by the first alone, `second` by the second alone, and the rest by both or none.
  private func difference(_ first: Int, _ second: Int, of count: Int) -> PairedDifference {
    let rest = count - first - second
    let both = (0..<rest).map { $0 % 2 == 0 }
    return PairedDifference(
      [Bool](repeating: true, count: first) + [Bool](repeating: false, count: second) + both,
      minus: [Bool](repeating: false, count: first) + [Bool](repeating: true, count: second) + both)
  }

  @Test(arguments: [(30, 10, 200), (0, 0, 50), (7, 0, 40), (3, 3, 12), (120, 100, 1000)])
  func intervalIsThatOfTheFormula(_ first: Int, _ second: Int, _ count: Int) {
    let found = difference(first, second, of: count)
    let (b, c, n) = (Double(first) + 0.5, Double(second) + 0.5, Double(count) + 2)
    let half = 1.96 * ((b + c) - (b - c) * (b - c) / n).squareRoot() / n
    #expect(found.value == Double(first - second) / Double(count))
    #expect(abs(found.low - ((b - c) / n - half)) < 1e-5 && abs(found.high - ((b - c) / n + half)) < 1e-5)
    #expect(found.onlyFirst == first && found.onlySecond == second)
    #expect(found.low <= found.value && found.value <= found.high)
    // Turned about, it is the same with another sign.
    let turned = difference(second, first, of: count)
    #expect(turned.value == -found.value && abs(turned.low + found.high) < 1e-15)
  }

  /// Of large samples it is the interval of McNemar's statistic.
  @Test func largeSamplesAgreeWithMcNemar() {
    let (first, second, count) = (5200, 4800, 100_000)
    let found = difference(first, second, of: count)
    let d = Double(first - second) / Double(count)
    let error = (Double(first + second) - Double((first - second) * (first - second)) / Double(count)).squareRoot()
    #expect(abs(found.low - (d - 1.96 * error / Double(count))) < 1e-5)
    #expect(found.isClear && !difference(500, 480, of: 10_000).isClear)
  }

  /// 95 of 100 intervals hold the true difference, also on few rows.
  @Test(arguments: [(40, 0.15, 0.10), (200, 0.05, 0.05), (1000, 0.2, 0.1)])
  func intervalHoldsItsLevel(_ count: Int, _ first: Double, _ second: Double) {
    let trials = 2000
    let held = (0..<trials).count { trial in
      var generator = SeededGenerator(seed: 7, keys: UInt64(trial), UInt64(count))
      let draws = (0..<count).map { _ in generator.uniform() }
      let found = PairedDifference(draws.map { $0 < first }, minus: draws.map { $0 >= first && $0 < first + second })
      return found.low <= first - second && first - second <= found.high
    }
    #expect(abs(Double(held) / Double(trials) - 0.95) < 0.03, "\(held) of \(trials)")
  }
}
