extension ClassificationReport {
  /// One pair of classes, and how often the first was predicted to be the second.
  public struct Confusion: Hashable, Sendable {
    /// The true class.
    public let truth: Int
    /// The predicted class.
    public let prediction: Int
    /// The number of such rows.
    public let count: Int
    /// These rows' share of all rows of the true class, 0...1.
    public let share: Double
  }

  /// The `limit` most frequent confusions by their share of the true class; ties by class and prediction.
  public func commonestConfusions(limit: Int = 15) -> [Confusion] {
    var found: [Confusion] = []
    for truth in 0..<classCount where counts[truth] > 0 {
      for prediction in 0..<classCount where prediction != truth {
        let count = confusion[truth * classCount + prediction]
        guard count > 0 else { continue }
        found.append(
          Confusion(
            truth: truth, prediction: prediction, count: count, share: Double(count) / Double(counts[truth])))
      }
    }
    return Array(
      found.sorted { ($0.share, -$0.truth, -$0.prediction) > ($1.share, -$1.truth, -$1.prediction) }.prefix(limit))
  }
}
