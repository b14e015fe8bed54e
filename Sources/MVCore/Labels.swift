/// The labels of the rows of one split.
public enum Labels: Hashable, Sendable {
  /// One class number per row; -1 where the row is unlabeled.
  case single([Int64])
  /// Rows x classes, row by row: 1 where the class is present, 0 where absent, 255 where ignored ("difficult").
  case multi([UInt8], classes: Int)

  /// The number of rows, unlabeled ones included.
  public var count: Int {
    switch self {
    case .single(let values): values.count
    case .multi(let values, let classes): classes == 0 ? 0 : values.count / classes
    }
  }

  /// The labels of the rows at positions `rows`, in that order.
  public subscript(rows: Range<Int>) -> Labels {
    switch self {
    case .single(let values): .single(Array(values[rows]))
    case .multi(let values, let classes):
      .multi(Array(values[rows.lowerBound * classes..<rows.upperBound * classes]), classes: classes)
    }
  }

  /// The labels of the rows at positions `rows`, in that order.
  package subscript(rows: [Int]) -> Labels {
    switch self {
    case .single(let values): .single(rows.map { values[$0] })
    case .multi(let values, let classes):
      .multi(rows.flatMap { values[$0 * classes..<($0 + 1) * classes] }, classes: classes)
    }
  }
}
