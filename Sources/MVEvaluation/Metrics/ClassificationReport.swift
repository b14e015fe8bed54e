public import MVCore

/// The quality of predictions: accuracy, overall and per class, confusion matrix, confidence interval.
///
/// Classes are those that occur, with their own values: labels may have gaps, and memory does not grow with the largest
/// one.
public struct ClassificationReport: Hashable, Sendable {
  /// The share of rows that are predicted correctly, 0...1.
  public let top1: Double
  /// The share of rows whose class is among the five best predictions, 0...1; nil where that is not known.
  public let top5: Double?
  /// The classes, ascending; ``counts`` and ``classAccuracies`` have a value for each.
  public let labels: [Int64]
  /// The number of rows of each class.
  public let counts: [Int]
  /// The share of each class's rows that are predicted correctly, 0...1; nil for a class without rows.
  public let classAccuracies: [Double?]
  /// The balanced accuracy: the mean of ``classAccuracies`` over classes that have rows.
  public let balancedAccuracy: Double
  /// The confusion matrix: every pair of classes that occurs, by class and prediction; right predictions are pairs
  /// too.
  public let confusion: [Confusion]
  /// The class of each row.
  public let classes: [Int64]
  /// The prediction for each row.
  public let predictions: [Int64]

  /// The number of classes.
  public var classCount: Int { labels.count }

  /// One pair of classes, and how often the first was predicted to be the second.
  public struct Confusion: Hashable, Sendable {
    /// The true class.
    public let truth: Int64
    /// The predicted class.
    public let prediction: Int64
    /// The number of such rows.
    public let count: Int
    /// These rows' share of all rows of the true class, 0...1.
    public let share: Double
  }

  /// Compares predictions with classes; the classes of `labels` belong to the report also where no row has them.
  ///
  /// Throws where a class or a prediction is negative, where their numbers differ, or where there are none.
  public init(
    classes: [Int64], predictions: [Int64], labels: [Int64] = [], top5: Double? = nil
  ) throws(MVError) {
    guard !classes.isEmpty, classes.count == predictions.count else {
      throw .badData(
        "predictions", "are \(predictions.count), the classes \(classes.count)", remedy: "give one a row, and some")
    }
    var known = Set(classes)
    known.formUnion(predictions)
    known.formUnion(labels)
    let ordered = known.sorted()
    if let wrong = ordered.first, wrong < 0 {
      throw .badData("class \(wrong)", "is negative", remedy: "classes are 0 or more")
    }
    struct Pair: Hashable {
      let truth: Int64
      let prediction: Int64
    }
    var pairs: [Pair: Int] = [:]
    var totals: [Int64: Int] = [:]
    for (truth, prediction) in zip(classes, predictions) {
      pairs[Pair(truth: truth, prediction: prediction), default: 0] += 1
      totals[truth, default: 0] += 1
    }
    let right = ordered.map { pairs[Pair(truth: $0, prediction: $0)] ?? 0 }
    let counts = ordered.map { totals[$0] ?? 0 }
    let accuracies = zip(right, counts).map { $1 == 0 ? nil : Double($0) / Double($1) }
    let scored = accuracies.compactMap { $0 }
    self.top5 = top5
    self.labels = ordered
    self.counts = counts
    self.classes = classes
    self.predictions = predictions
    confusion = pairs.map { pair, count in
      Confusion(
        truth: pair.truth, prediction: pair.prediction, count: count,
        share: Double(count) / Double(totals[pair.truth] ?? count))
    }.sorted { ($0.truth, $0.prediction) < ($1.truth, $1.prediction) }
    classAccuracies = accuracies
    balancedAccuracy = scored.reduce(0, +) / Double(scored.count)
    top1 = Double(right.reduce(0, +)) / Double(classes.count)
  }

  /// The `limit` most frequent confusions by their share of the true class; ties by class and prediction.
  public func commonestConfusions(limit: Int = 15) -> [Confusion] {
    let wrong = confusion.filter { $0.truth != $0.prediction }
    return Array(
      wrong.sorted { ($1.share, $0.truth, $0.prediction) < ($0.share, $1.truth, $1.prediction) }.prefix(limit))
  }
}
