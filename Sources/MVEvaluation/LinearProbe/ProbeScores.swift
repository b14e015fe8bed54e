public import MVCore

/// What a linear probe scored.
public struct ProbeScores: Hashable, Sendable {
  /// The part of test rows whose class scored highest.
  public let top1: Double
  /// The part of test rows whose class is among the five highest.
  public let top5: Double
  /// The test rows scored, as numbered in their representation.
  public let testRows: [Int]
  /// Their classes.
  public let classes: [Int64]
  /// The class that scored highest, for each.
  public let predictions: [Int64]
  /// The number of classes in train and test together.
  public let classCount: Int

  /// The report: per class, confusion matrix, interval.
  public func report() throws(MVError) -> ClassificationReport {
    try ClassificationReport(classes: classes, predictions: predictions, classCount: classCount, top5: top5)
  }
}
