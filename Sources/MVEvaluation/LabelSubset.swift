internal import Foundation
public import MVCore
internal import MVStore

/// The train rows that keep their labels in a semi-supervised evaluation; all others are left out.
public enum LabelSubset: Hashable, Sendable {
  /// This part of each class, drawn without replacement by a seed; at least one row per class.
  case fraction(Double, seed: UInt64)
  /// These rows of the split, each as its number from 0 or its id in the file; empty entries are ignored.
  ///
  /// Without a kind, it is seen from the entries.
  case listed([String], as: ListKind? = nil)

  /// What the entries of a list are.
  public enum ListKind: String, Hashable, Sendable, CaseIterable {
    /// Numbers of rows, from 0.
    case rows
    /// Ids as the file has them.
    case ids
  }

  /// Selects rows of `train`; `ids` returns the split's ids, and is called only for a list.
  ///
  /// Throws where a fraction is not above 0 and at most 1, where an entry is not a usable row or is repeated, where
  /// entries may be row numbers as well as ids and it is not said which, and where no row is left.
  public func select(
    from train: LabeledFeatures, ids: () -> some Collection<String>
  ) throws(MVError) -> LabeledFeatures {
    let rows: [Int]
    switch self {
    case .fraction(let part, let seed): rows = try Self.stratified(part, seed: seed, train)
    case .listed(let entries, let kind):
      rows = try Self.rows(of: ListedEntries(entries, as: kind, among: PackedStrings(ids())), in: train)
    }
    return try LabeledFeatures(train.representations, labels: train.labels, rows: rows, name: train.name)
  }

  /// What the entries of a list are understood as; empty for a fraction.
  ///
  /// Throws where one may be a row number as well as an id.
  public func kinds(among ids: some Collection<String>) throws(MVError) -> [ListKind] {
    guard case .listed(let entries, let said) = self else { return [] }
    let kinds = Set(try ListedEntries(entries, as: said, among: PackedStrings(ids)).entries.map(\.kind))
    return ListKind.allCases.filter { kinds.contains($0) }
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

  private static func rows(of list: ListedEntries, in train: LabeledFeatures) throws(MVError) -> [Int] {
    let usable = Set(train.rows)
    var found: Set<Int> = []
    for entry in list.entries {
      guard let row = entry.row, usable.contains(row) else {
        throw .badData(
          "label list entry \(entry.text)", "is not a usable row of \(train.name)",
          remedy: entry.kind == .rows
            ? "give row numbers from 0, or ids" : "give ids as the file has them, or row numbers"
        )
      }
      guard found.insert(row).inserted else {
        throw .badData("label list entry \(entry.text)", "stands twice", remedy: "list each row once")
      }
    }
    guard !found.isEmpty else { throw .badData("label list", "is empty", remedy: "give one row or id a line") }
    return Array(found)
  }
}
