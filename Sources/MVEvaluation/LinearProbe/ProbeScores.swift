public import MVCore

/// The scores of a linear probe.
public struct ProbeScores: Hashable, Sendable {
  /// The share of test rows whose class scored highest, 0...1.
  public let top1: Double
  /// The share of test rows whose class is among the five that scored highest, 0...1.
  public let top5: Double
  /// The test rows that were scored, as numbered in their representation.
  public let testRows: [Int]
  /// The class of each test row.
  public let classes: [Int64]
  /// The class that scored highest, for each test row.
  public let predictions: [Int64]
  /// The classes of train and test together, ascending.
  public let labels: [Int64]

  /// The number of classes in train and test together.
  public var classCount: Int { labels.count }

  /// The report: accuracy per class, confusion matrix, interval.
  ///
  /// Throws where the predictions do not fit the classes.
  public func report() throws(MVError) -> ClassificationReport {
    try ClassificationReport(classes: classes, predictions: predictions, labels: labels, top5: top5)
  }
}
