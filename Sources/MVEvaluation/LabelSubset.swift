internal import Foundation
public import MVCore
internal import MVStore

/// The train rows that keep their labels in a semi-supervised evaluation; all others are left out.
public enum LabelSubset: Hashable, Sendable {
  /// This part of each class, drawn without replacement by a seed; at least one row per class.
  case fraction(Double, seed: UInt64)
  /// These rows of the split, each as its number from 0 or its id in the file; empty entries are ignored.
  case listed([String])

  /// Selects rows of `train`; `ids` returns the split's ids, and is called only if an entry is not a number.
  ///
  /// Throws where a fraction is not above 0 and at most 1, where an entry is not a usable row or is repeated, and where
  /// no row is left.
  public func select(
    from train: LabeledFeatures, ids: () -> [String]
  ) throws(MVError) -> LabeledFeatures {
    let rows: [Int]
    switch self {
    case .fraction(let part, let seed): rows = try Self.stratified(part, seed: seed, train)
    case .listed(let entries): rows = try Self.rows(of: entries, in: train, ids: ids)
    }
    return try LabeledFeatures(train.representations, labels: train.labels, rows: rows, name: train.name)
  }

  private static func stratified(_ part: Double, seed: UInt64, _ train: LabeledFeatures) throws(MVError) -> [Int] {
    guard part > 0, part <= 1 else {
      throw .usage("label fraction \(part)", "is not above 0 and at most 1", remedy: "give a part such as 0.01")
    }
    let (rows, labels) = try train.labeledRows()
    let members = Dictionary(grouping: rows.indices) { labels[$0] }.mapValues { $0.map { rows[$0] } }
    return members.flatMap { label, rows in
      var generator = SeededGenerator(seed: seed, keys: 0x6C61_6265, UInt64(label))
      let count = max(1, Int((Double(rows.count) * part).rounded()))
      return generator.permutation(of: rows.count).prefix(count).map { rows[$0] }
    }
  }

  private static func rows(
    of entries: [String], in train: LabeledFeatures, ids: () -> [String]
  ) throws(MVError) -> [Int] {
    let entries = entries.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    let usable = Set(train.rows)
    var numbers: [String: Int]?
    var found: Set<Int> = []
    for entry in entries {
      var row = Int(entry)
      if row == nil {
        if numbers == nil {
          numbers = Dictionary(zip(ids(), 0...), uniquingKeysWith: { first, _ in first })
        }
        row = numbers?[entry]
      }
      guard let row, usable.contains(row) else {
        throw .badData(
          "label list entry \(entry)", "is not a usable row of \(train.name)", remedy: "give row numbers from 0, or ids"
        )
      }
      guard found.insert(row).inserted else {
        throw .badData("label list entry \(entry)", "stands twice", remedy: "list each row once")
      }
    }
    guard !found.isEmpty else { throw .badData("label list", "is empty", remedy: "give one row or id a line") }
    return Array(found)
  }
}
