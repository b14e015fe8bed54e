internal import MVCore

/// Assigns each row to the fold that it is held out in; stratified by class, and seeded.
struct HoldOut {
  let folds: Int
  /// The fold of each row; -1 for a row that is never held out.
  let fold: [Int]

  init(folds: Int, fold: [Int]) {
    self.folds = folds
    self.fold = fold
  }

  /// Assigns the folds: a class of one row is never held out; every other class keeps at least one row outside each
  /// fold.
  init(labels: [Int64], _ validation: LinearProbe.Validation, seed: UInt64) throws(MVError) {
    var fold = [Int](repeating: -1, count: labels.count)
    var members: [Int64: [Int]] = [:]
    for (index, label) in labels.enumerated() { members[label, default: []].append(index) }
    var turn = 0
    for (label, rows) in members.sorted(by: { $0.key < $1.key }) where rows.count > 1 {
      var generator = SeededGenerator(seed: seed, keys: 0x7072_6F62, UInt64(label))
      let order = generator.permutation(of: rows.count)
      switch validation {
      case .fraction(let part):
        let wanted = Int((Double(rows.count) * part).rounded())
        for index in order.prefix(min(max(wanted, 1), rows.count - 1)) { fold[rows[index]] = 0 }
      case .folds(let count):
        for index in order {
          fold[rows[index]] = turn % count
          turn += 1
        }
      }
    }
    guard fold.contains(where: { $0 >= 0 }) else {
      throw .badData(
        "labels", "leave no row to choose lambda on, since no class has two rows", remedy: "give a single lambda")
    }
    if case .folds(let count) = validation {
      self.init(folds: count, fold: fold)
    } else {
      self.init(folds: 1, fold: fold)
    }
  }
}
