extension ClassificationReport {
  /// How often one class was taken for another.
  public struct Confusion: Hashable, Sendable {
    /// The class.
    public let truth: Int
    /// What it was taken for.
    public let prediction: Int
    /// Rows.
    public let count: Int
    /// The part of the class's rows.
    public let share: Double
  }

  /// The `limit` commonest confusions, by their part of the class's rows, ties by class and prediction.
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
