/// One two-class problem over the rows of a probe: a class against all others.
struct BinaryProblem: Sendable {
  /// The class that is separated from the others.
  let label: Int
  /// The side of each row: 1, -1, or 0 for a row that is left out.
  let targets: [Int8]
  /// The weights of a positive row and of any other row.
  let weights: (positive: Float, negative: Float)
  /// The number of rows that are not left out.
  let rows: Int
  /// The rows on which the fit is scored.
  let heldOut: [Int]

  /// Whether both sides have rows.
  var isTwoSided: Bool { targets.contains(1) && targets.contains(-1) }

  /// Creates the problem from `labels` (1, 0, or 255 for left out), without the rows held out.
  ///
  /// `weighting` is called with the numbers of positive and of all rows.
  init(
    label: Int, labels: [UInt8], heldOut: [Int] = [], weighting: (Int, Int) -> (positive: Float, negative: Float)
  ) {
    self.label = label
    self.heldOut = heldOut
    var targets = labels.map { $0 == 255 ? Int8(0) : $0 == 1 ? 1 : -1 }
    for row in heldOut { targets[row] = 0 }
    self.targets = targets
    rows = targets.count { $0 != 0 }
    weights = weighting(targets.count { $0 == 1 }, rows)
  }

  /// The rows of each fold, as scikit-learn's `StratifiedKFold` without shuffling assigns them.
  ///
  /// Returns nil where a side has fewer rows than there are folds.
  static func stratifiedFolds(_ labels: [UInt8], count: Int) -> [[Int]]? {
    let used = labels.indices.filter { labels[$0] != 255 }
    guard let first = used.first else { return nil }
    // Sides count in the order in which they occur.
    let sides = [labels[first], labels[first] == 1 ? 0 : 1].map { side in used.filter { labels[$0] == side } }
    guard sides.allSatisfy({ $0.count >= count }) else { return nil }
    var folds = [[Int]](repeating: [], count: count)
    for (side, rows) in sides.enumerated() {
      // Fold f gets as many rows of a side as positions f, f + count ... of the sorted labels hold.
      let range = side == 0 ? 0..<rows.count : sides[0].count..<used.count
      var start = 0
      for fold in 0..<count {
        let size = range.count { $0 % count == fold }
        folds[fold] += rows[start..<start + size]
        start += size
      }
    }
    return folds.map { $0.sorted() }
  }
}
