/// What a run that fills a feature file has done.
public struct FillSummary: Hashable, Sendable, Codable {
  /// Rows in the file, of all splits.
  public var rows: Int
  /// Rows that an earlier run had done.
  public var rowsBefore: Int
  /// Seconds that this run took.
  public var seconds: Double
  /// Bytes of the features in the file.
  public var bytes: Int
  /// What is worth telling of the file, one line each, such as other software that began it; empty mostly.
  public var notices: [String]

  /// Rows a second in this run.
  public var rowsPerSecond: Double { seconds > 0 ? Double(rows - rowsBefore) / seconds : 0 }

  enum CodingKeys: String, CodingKey {
    case rows, seconds, bytes, notices
    case rowsBefore = "rows_before"
  }
}

extension FillSummary {
  /// A file that was whole before the run.
  public init(whole file: FeatureFile) {
    let rows = file.splits.reduce(0) { $0 + $1.count }
    let columns = file.representations.reduce(0) { $0 + $1.columns }
    self.init(
      rows: rows, rowsBefore: rows, seconds: 0, bytes: rows * columns * file.element.size,
      notices: file.notices)
  }
}
