public import MVCore

/// The scores of k-nearest-neighbor classification.
public struct NearestNeighborScores: Hashable, Sendable {
  /// The score of one number of neighbors and one temperature.
  public struct Result: Hashable, Sendable {
    /// The number of neighbors that voted.
    public let k: Int
    /// The temperature of the weights; nil for weightings that have none.
    public let temperature: Double?
    /// The share of test rows whose class got most votes, 0...1.
    public let top1: Double
    /// The share of test rows whose class is among the min(5, k) with most votes, 0...1.
    public let top5: Double
    /// The class with most votes for each test row, in the order of ``NearestNeighborScores/testRows``.
    public let predictions: [Int64]
  }

  /// One result per temperature and k: first all k of the first temperature.
  public let results: [Result]
  /// The metric that neighbors were searched by.
  public let metric: NearestNeighbors.Metric
  /// The weighting of the votes.
  public let weighting: NearestNeighbors.Weighting
  /// The number of labeled train rows.
  public let trainRows: Int
  /// The test rows that were scored, as numbered in their representation.
  public let testRows: [Int]
  /// The class of each test row.
  public let classes: [Int64]
  /// The classes of train and test together, ascending.
  public let labels: [Int64]
  /// The duration in seconds.
  public let seconds: Double
  /// The rows of train and test that have no direction to compare, by split and representation.
  public let zeroRows: [ZeroRows]

  /// The number of classes in train and test together.
  public var classCount: Int { labels.count }

  /// The report of one result: accuracy per class, confusion matrix, interval.
  ///
  /// Throws where the predictions do not fit the classes.
  public func report(of result: Result) throws(MVError) -> ClassificationReport {
    try ClassificationReport(
      classes: classes, predictions: result.predictions, labels: labels, top5: result.top5)
  }
}
