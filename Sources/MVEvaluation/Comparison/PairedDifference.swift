/// By how much one classifier is better than another on the same rows, with its interval.
///
/// Of n rows let b be those that only the first classifies rightly, and c those that only the second does. The
/// difference of their accuracies is (b - c) / n. The interval is that of Agresti and Min, "Simple improved confidence
/// intervals for comparing matched proportions" (2005): with b' = b + 1/2, c' = c + 1/2 and n' = n + 2 it is
///
///     (b' - c') / n'  ±  1.96 sqrt(b' + c' - (b' - c')^2 / n') / n'
///
/// which holds its level also on few rows, and where both err on the same rows.
public struct PairedDifference: Hashable, Sendable, Codable {
  /// The first accuracy minus the second, -1...1.
  public let value: Double
  /// The lower end of the 95 % interval.
  public let low: Double
  /// The upper end of the 95 % interval.
  public let high: Double
  /// The number of rows that only the first classifies rightly.
  public let onlyFirst: Int
  /// The number of rows that only the second classifies rightly.
  public let onlySecond: Int

  /// Whether the interval leaves out 0: the two differ by more than the choice of test rows explains.
  public var isClear: Bool { low > 0 || high < 0 }

  /// Compares by which of the same rows each classified rightly; there must be as many of both, and some.
  public init(_ first: [Bool], minus second: [Bool]) {
    precondition(first.count == second.count && !first.isEmpty, "the same rows of both")
    onlyFirst = zip(first, second).count { $0 && !$1 }
    onlySecond = zip(first, second).count { !$0 && $1 }
    value = Double(onlyFirst - onlySecond) / Double(first.count)
    let rows = Double(first.count) + 2
    let (sum, difference) = (Double(onlyFirst + onlySecond) + 1, Double(onlyFirst - onlySecond))
    let spread = 1.959963984540054 * (sum - difference * difference / rows).squareRoot() / rows
    low = max(-1, difference / rows - spread)
    high = min(1, difference / rows + spread)
  }
}
