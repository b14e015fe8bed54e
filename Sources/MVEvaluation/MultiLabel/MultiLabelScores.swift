/// The scores of a multi-label probe.
public struct MultiLabelScores: Hashable, Sendable {
  /// The scores of one class.
  public struct ClassScore: Hashable, Sendable {
    /// The name of the class.
    public let name: String
    /// The number of test rows that have the class.
    public let positives: Int
    /// The ``AveragePrecision/envelope`` of the class; nil where no test row has it, or it has no classifier.
    public internal(set) var envelope: Double?
    /// The ``AveragePrecision/elevenPoint`` of the class; nil in the same cases.
    public internal(set) var elevenPoint: Double?
  }

  /// The scores of every class.
  public let classes: [ClassScore]
  /// The number of test rows.
  public let testRows: Int

  /// The mean over classes of the area under the precision envelope.
  public var map: Double { Self.mean(classes.compactMap(\.envelope)) }
  /// The mean over classes of the 11-point average precision.
  public var mapElevenPoint: Double { Self.mean(classes.compactMap(\.elevenPoint)) }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
