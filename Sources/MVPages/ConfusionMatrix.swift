/// Counts of rows by true class and predicted class; only pairs of classes that occur take memory.
public struct ConfusionMatrix: Hashable, Sendable {
  /// A pair of classes, and how many rows there are of it.
  public struct Cell: Hashable, Sendable {
    /// The place of the true class among the names.
    public let truth: Int
    /// The place of the predicted class among the names.
    public let prediction: Int
    /// The number of rows.
    public let count: Int

    /// Creates a cell; see the properties.
    public init(truth: Int, prediction: Int, count: Int) {
      self.truth = truth
      self.prediction = prediction
      self.count = count
    }
  }

  /// The name of each class, in the order shown.
  public let names: [String]
  /// The pairs that occur, each once.
  public let cells: [Cell]

  /// Creates a matrix; every class of `cells` must have a name.
  public init(names: [String], cells: [Cell]) {
    precondition(
      cells.allSatisfy { names.indices.contains($0.truth) && names.indices.contains($0.prediction) },
      "a name for each class")
    self.names = names
    self.cells = cells
  }

  /// The number of classes.
  public var classCount: Int { names.count }

  /// The number of rows of each class.
  var totals: [Int] {
    cells.reduce(into: [Int](repeating: 0, count: classCount)) { $0[$1.truth] += $1.count }
  }
}
