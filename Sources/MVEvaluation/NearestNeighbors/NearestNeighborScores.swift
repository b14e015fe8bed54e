public import MVCore

/// What k-nearest-neighbor classification scored.
public struct NearestNeighborScores: Hashable, Sendable {
  /// The score of one number of neighbors and one temperature.
  public struct Result: Hashable, Sendable {
    /// The number of neighbors that voted.
    public let k: Int
    /// The temperature of the weights; nil for weightings that have none.
    public let temperature: Double?
    /// The part of test rows whose class got most votes.
    public let top1: Double
    /// The part of test rows whose class is among the min(5, k) of most votes.
    public let top5: Double
    /// The class of most votes for each test row, in the order of ``NearestNeighborScores/testRows``.
    public let predictions: [Int64]
  }

  /// One a temperature and k: all k of the first temperature first.
  public let results: [Result]
  /// What near meant.
  public let metric: NearestNeighbors.Metric
  /// How votes counted.
  public let weighting: NearestNeighbors.Weighting
  /// The number of labeled train rows.
  public let trainRows: Int
  /// The test rows scored, as numbered in their representation.
  public let testRows: [Int]
  /// Their classes.
  public let classes: [Int64]
  /// The number of classes in train and test together.
  public let classCount: Int
  /// Seconds it took.
  public let seconds: Double

  /// The report of one result: per class, confusion matrix, interval.
  public func report(of result: Result) throws(MVError) -> ClassificationReport {
    try ClassificationReport(
      classes: classes, predictions: result.predictions, classCount: classCount, top5: result.top5)
  }
}
