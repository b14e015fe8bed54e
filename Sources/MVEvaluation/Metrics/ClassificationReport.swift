public import MVCore

/// The quality of predictions: accuracy, overall and per class, confusion matrix, confidence interval.
public struct ClassificationReport: Hashable, Sendable {
  /// The share of rows that are predicted correctly, 0...1.
  public let top1: Double
  /// The share of rows whose class is among the five best predictions, 0...1; nil where that is not known.
  public let top5: Double?
  /// The number of rows of each class.
  public let counts: [Int]
  /// The share of each class's rows that are predicted correctly, 0...1; nil for a class without rows.
  public let classAccuracies: [Double?]
  /// The balanced accuracy: the mean of ``classAccuracies`` over classes that have rows.
  public let balancedAccuracy: Double
  /// The numbers of rows, classes x classes: class by class, the predictions of one class side by side.
  public let confusion: [Int]
  /// The number of classes.
  public let classCount: Int
  /// The class of each row.
  public let classes: [Int64]
  /// The prediction for each row.
  public let predictions: [Int64]

  /// Compares predictions with classes, both in 0..<`classCount`.
  ///
  /// Throws where one is out of range, where their numbers differ, or where there are none.
  public init(
    classes: [Int64], predictions: [Int64], classCount: Int, top5: Double? = nil
  ) throws(MVError) {
    guard !classes.isEmpty, classes.count == predictions.count else {
      throw .badData(
        "predictions", "are \(predictions.count), the classes \(classes.count)", remedy: "give one a row, and some")
    }
    let range = 0..<Int64(classCount)
    if let wrong = (classes + predictions).first(where: { !range.contains($0) }) {
      throw .badData("class \(wrong)", "is not one of \(classCount)", remedy: "classes count from 0")
    }
    var confusion = [Int](repeating: 0, count: classCount * classCount)
    for (truth, prediction) in zip(classes, predictions) { confusion[Int(truth) * classCount + Int(prediction)] += 1 }
    let counts = (0..<classCount).map { confusion[$0 * classCount..<($0 + 1) * classCount].reduce(0, +) }
    let accuracies = counts.enumerated().map { label, count in
      count == 0 ? nil : Double(confusion[label * classCount + label]) / Double(count)
    }
    let known = accuracies.compactMap { $0 }
    self.top5 = top5
    self.counts = counts
    self.confusion = confusion
    self.classCount = classCount
    self.classes = classes
    self.predictions = predictions
    classAccuracies = accuracies
    balancedAccuracy = known.reduce(0, +) / Double(known.count)
    top1 = Double((0..<classCount).reduce(0) { $0 + confusion[$1 * classCount + $1] }) / Double(classes.count)
  }

  /// The confidence interval of top-1: that of `level` of `resamples` seeded bootstrap samples of the rows
  /// (percentiles).
  public func interval(level: Double = 0.95, resamples: Int = 1000, seed: UInt64 = 0) -> ClosedRange<Double> {
    precondition(level > 0 && level < 1 && resamples > 0, "a level between 0 and 1 and some samples")
    let count = classes.count
    // Only the number of right rows matters, and in a bootstrap sample it is binomial: one draw per row.
    let accuracies = (0..<resamples).map { sample in
      var generator = SeededGenerator(seed: seed, keys: UInt64(sample))
      var right = 0
      for _ in 0..<count where generator.chance(top1) { right += 1 }
      return Double(right) / Double(count)
    }.sorted()
    let tail = (1 - level) / 2
    func percentile(_ part: Double) -> Double {
      let place = part * Double(resamples - 1)
      let low = Int(place)
      let high = min(low + 1, resamples - 1)
      return accuracies[low] + (accuracies[high] - accuracies[low]) * (place - Double(low))
    }
    return percentile(tail)...percentile(1 - tail)
  }
}
