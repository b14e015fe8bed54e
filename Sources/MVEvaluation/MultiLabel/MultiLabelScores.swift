/// What a multi-label probe scored.
public struct MultiLabelScores: Hashable, Sendable {
  /// The scores of one class.
  public struct ClassScore: Hashable, Sendable {
    /// The class.
    public let name: String
    /// Test rows that have it.
    public let positives: Int
    /// Its ``AveragePrecision/envelope``; nil where no test row has it, or it has no classifier.
    public internal(set) var envelope: Double?
    /// Its ``AveragePrecision/elevenPoint``; nil likewise.
    public internal(set) var elevenPoint: Double?
  }

  /// Every class.
  public let classes: [ClassScore]
  /// The number of test rows.
  public let testRows: Int

  /// The mean over classes of the area under the precision envelope.
  public var map: Double { Self.mean(classes.compactMap(\.envelope)) }
  /// The mean over classes of the 11-point average precision.
  public var mapElevenPoint: Double { Self.mean(classes.compactMap(\.elevenPoint)) }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
