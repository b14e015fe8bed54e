/// The labels of the rows of one split.
public enum Labels: Hashable, Sendable {
  /// One class a row, -1 where unlabeled.
  case single([Int64])
  /// Rows x classes, row by row: 1 present, 0 absent, 255 ignored (a "difficult" object).
  case multi([UInt8], classes: Int)

  /// How many rows are labeled or marked unlabeled.
  public var count: Int {
    switch self {
    case .single(let values): values.count
    case .multi(let values, let classes): classes == 0 ? 0 : values.count / classes
    }
  }

  /// The labels of `rows`.
  public subscript(rows: Range<Int>) -> Labels {
    switch self {
    case .single(let values): .single(Array(values[rows]))
    case .multi(let values, let classes):
      .multi(Array(values[rows.lowerBound * classes..<rows.upperBound * classes]), classes: classes)
    }
  }
}
