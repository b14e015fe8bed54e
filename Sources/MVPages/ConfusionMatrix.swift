/// Counts of rows by true class and predicted class.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The number of classes.
  public let classCount: Int
  /// The counts, classes x classes: true class by true class, the predictions of one class side by side.
  public let counts: [Int]

  /// Creates a matrix; `counts` must hold `classCount * classCount` numbers, the predictions of one class side by side.
  public init(classCount: Int, counts: [Int]) {
    precondition(counts.count == classCount * classCount, "a number for each pair of classes")
    self.classCount = classCount
    self.counts = counts
  }

  /// The number of rows of class `truth` that were predicted to be `prediction`.
  public subscript(truth: Int, prediction: Int) -> Int { counts[truth * classCount + prediction] }

  /// The number of rows of each class.
  var totals: [Int] { (0..<classCount).map { counts[$0 * classCount..<($0 + 1) * classCount].reduce(0, +) } }
}
