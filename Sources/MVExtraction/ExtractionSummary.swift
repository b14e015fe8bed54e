internal import MVCore
internal import MVStore

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
  /// What is worth telling of a file that other software began.
  public let notices: [String]

  /// Rows a second in this run.
  public var rowsPerSecond: Double { seconds > 0 ? Double(rows - rowsBefore) / seconds : 0 }

  enum CodingKeys: String, CodingKey {
    case rows, seconds, bytes, skipped, notices
    case rowsBefore = "rows_before"
  }
}

extension ExtractionSummary {
  /// A file that was whole before.
  init(_ file: FeatureFile) {
    rows = file.splits.reduce(0) { $0 + $1.count }
    rowsBefore = rows
    seconds = 0
    bytes = file.splits.reduce(0) { sum, split in
      sum + split.count * split.representations.reduce(0) { $0 + $1.columns } * (file.element.size)
    }
    skipped = file.splits.flatMap { split in
      split.skipped.map { row in
        SkippedImage(
          split: split.name, row: row, id: split.ids[row], reason: "could not be read in an earlier run")
      }
    }
    notices = []
  }
}
