/// How many rows of each class were taken for each class.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The number of classes.
  public let classCount: Int
  /// Rows by class (slow) and prediction (fast): classes x classes.
  public let counts: [Int]

  /// A matrix of `counts`, which must be `classCount` x `classCount`.
  public init(classCount: Int, counts: [Int]) {
    precondition(counts.count == classCount * classCount, "a number for each pair of classes")
    self.classCount = classCount
    self.counts = counts
  }

  /// The rows of class `truth` that were taken for `prediction`.
  public subscript(truth: Int, prediction: Int) -> Int { counts[truth * classCount + prediction] }

  /// The rows of each class.
  var totals: [Int] { (0..<classCount).map { counts[$0 * classCount..<($0 + 1) * classCount].reduce(0, +) } }
}
