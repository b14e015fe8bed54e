public import MVCore

/// A seeded division of the labeled rows of a split into folds: each row is tested once, by what is learnt from the
/// other folds.
///
/// Each class is spread evenly over the folds. The division depends on the labels, the seed and the ids of the rows,
/// not on their order: two files of the same images are divided alike.
public struct Folds: Hashable, Sendable {
  /// The number of folds.
  public let count: Int
  /// The seed of the division.
  public let seed: UInt64
  /// The rows of each fold, ascending, as numbered in the representations.
  public let rows: [[Int]]

  /// Divides the labeled rows of `split`; `ids` are those of all rows of its representations.
  ///
  /// Throws where there are fewer than two folds or fewer rows than folds, where ids are not one per row, and as
  /// ``LabeledFeatures`` does for rows of several labels.
  public init(_ count: Int, of split: LabeledFeatures, ids: PackedStrings? = nil, seed: UInt64 = 0) throws(MVError) {
    guard count >= 2 else { throw .usage("folds \(count)", "are less than 2", remedy: "give 2 or more") }
    let (rows, labels) = try split.labeledRows()
    guard count <= rows.count else {
      throw .usage(
        "folds \(count)", "are more than the \(rows.count) labeled rows of \(split.name)", remedy: "give fewer")
    }
    if let ids, ids.count != split.labels.count {
      throw .usage(
        "ids of \(split.name)", "are \(ids.count) for \(split.labels.count) rows", remedy: "give one a row")
    }
    var members: [Int64: [Int]] = [:]
    for (row, label) in zip(rows, labels) { members[label, default: []].append(row) }
    var folds = [[Int]](repeating: [], count: count)
    // Folds take turns also from class to class, so that they differ by one row at most.
    var turn = 0
    for (label, rows) in members.sorted(by: { $0.key < $1.key }) {
      let ordered =
        ids.map { ids in
          rows.map { (row: $0, id: ids[$0]) }.sorted { ($0.id, $0.row) < ($1.id, $1.row) }.map(\.row)
        } ?? rows
      var generator = SeededGenerator(seed: seed, keys: 0x666F_6C64, UInt64(label))
      for place in generator.permutation(of: ordered.count) {
        folds[turn % count].append(ordered[place])
        turn += 1
      }
    }
    self.count = count
    self.seed = seed
    self.rows = folds.map { $0.sorted() }
  }

  /// What each fold is tested by and tested on, of a split with the same rows.
  ///
  /// Throws where `split` does not have the rows.
  func parts(of split: LabeledFeatures) throws(MVError) -> [(train: LabeledFeatures, test: LabeledFeatures)] {
    try rows.indices.map { (fold) throws(MVError) in
      let others = rows.enumerated().filter { $0.offset != fold }.flatMap(\.element)
      return (
        try split.keeping(others), try split.keeping(rows[fold])
      )
    }
  }

  /// The most neighbors that every fold has train rows for.
  public var mostNeighbors: Int {
    let total = rows.reduce(0) { $0 + $1.count }
    return total - (rows.map(\.count).max() ?? 0)
  }
}
