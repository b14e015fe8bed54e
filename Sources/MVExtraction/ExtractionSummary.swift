/// What an extraction has done.
public struct ExtractionSummary: Hashable, Sendable, Codable {
  /// Rows in the file, of all splits.
  public let rows: Int
  /// Rows that an earlier run had done.
  public let rowsBefore: Int
  /// Seconds that this run took.
  public let seconds: Double
  /// Bytes of the features in the file.
  public let bytes: Int
  /// Images left out, by this run or an earlier one, in the order of the file.
  public let skipped: [SkippedImage]

  /// Rows a second in this run.
  public var rowsPerSecond: Double { seconds > 0 ? Double(rows - rowsBefore) / seconds : 0 }

  enum CodingKeys: String, CodingKey {
    case rows, seconds, bytes, skipped
    case rowsBefore = "rows_before"
  }
}
