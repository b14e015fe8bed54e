internal import Foundation
public import MVCore
internal import MVStore

/// The train rows that keep their labels in a semi-supervised evaluation; all others are left out.
public enum LabelSubset: Hashable, Sendable {
  /// This part of each class, drawn without replacement by a seed; at least one row per class.
  case fraction(Double, seed: UInt64)
  /// These rows of the split, each as its number from 0, its id in the file, or the bare name of its image's file.
  ///
  /// Empty entries are ignored. Without a kind, it is seen from the entries.
  case listed([String], as: ListKind? = nil)

  /// What the entries of a list are.
  public enum ListKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Numbers of rows, from 0.
    case rows
    /// Ids as the file has them.
    case ids
    /// Names of files without their folders, `n01440764_10026.JPEG`, as SimCLR's lists of ImageNet have them.
    case names

    /// What a message calls them.
    public var words: String {
      switch self {
      case .rows: "row numbers"
      case .ids: "ids"
      case .names: "file names"
      }
    }
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
    case .fraction:
      let (labeled, _) = try train.labeledRows()
      rows = try self.rows(of: train.classes(), among: labeled, name: train.name, ids: ids)
    case .listed:
      rows = try Self.listed(self, among: train.rows, name: train.name, ids: ids)
    }
    return try train.keeping(rows)
  }

  /// Selects among the rows `usable`, whose classes stand in `labels`; ascending.
  ///
  /// Throws as ``select(from:ids:)`` does.
  public func rows(
    of labels: [Int64], among usable: [Int], name: String, ids: () -> some Collection<String>
  ) throws(MVError) -> [Int] {
    guard case .fraction(let part, let seed) = self else {
      return try Self.listed(self, among: usable, name: name, ids: ids)
    }
    guard part > 0, part <= 1 else {
      throw .usage("label fraction \(part)", "is not above 0 and at most 1", remedy: "give a part such as 0.01")
    }
    return Dictionary(grouping: usable) { labels[$0] }.flatMap { label, rows in
      var generator = SeededGenerator(seed: seed, keys: 0x6C61_6265, UInt64(label))
      let count = max(1, Int((Double(rows.count) * part).rounded()))
      return generator.permutation(of: rows.count).prefix(count).map { rows[$0] }
    }.sorted()
  }

  /// The places in `labels` of a part of each class, of which a class keeps one at least; empty where no class has two.
  public static func heldOut(_ labels: [Int64], part: Double, seed: UInt64) -> [Int] {
    guard let split = try? HoldOut(labels: labels, .fraction(part), seed: seed) else { return [] }
    return split.fold.indices.filter { split.fold[$0] == 0 }
  }

  /// What the entries of a list are understood as; empty for a fraction.
  ///
  /// Throws where one may be a row number as well as an id.
  public func kinds(among ids: some Collection<String>) throws(MVError) -> [ListKind] {
    guard case .listed(let entries, let said) = self else { return [] }
    let kinds = Set(try ListedEntries(entries, as: said, among: PackedStrings(ids)).entries.map(\.kind))
    return ListKind.allCases.filter { kinds.contains($0) }
  }

  private static func listed(
    _ subset: LabelSubset, among usable: [Int], name: String, ids: () -> some Collection<String>
  ) throws(MVError) -> [Int] {
    guard case .listed(let entries, let said) = subset else { return [] }
    let list = try ListedEntries(entries, as: said, among: PackedStrings(ids()))
    let usable = Set(usable)
    var found: Set<Int> = []
    var (unknown, doubled): ([ListedEntries.Entry], [ListedEntries.Entry]) = ([], [])
    for entry in list.entries {
      guard let row = entry.row, usable.contains(row) else {
        unknown.append(entry)
        continue
      }
      if !found.insert(row).inserted { doubled.append(entry) }
    }
    if let first = unknown.first {
      let also = doubled.isEmpty ? "" : "; \(Self.quoted(doubled)) \(doubled.count == 1 ? "stands" : "stand") twice"
      throw .badData(
        "label list \(Self.subject(unknown))",
        (unknown.count == 1 ? "is not a usable row of \(name)" : "are not usable rows of \(name)") + also,
        remedy: first.kind == .rows
          ? "give row numbers from 0, or ids"
          : "give ids as the file has them, the names of files, or row numbers")
    }
    guard doubled.isEmpty else {
      throw .badData(
        "label list \(Self.subject(doubled))", doubled.count == 1 ? "stands twice" : "stand twice",
        remedy: "list each row once")
    }
    guard !found.isEmpty else {
      throw .badData("label list", "is empty", remedy: "give one row, id or file name a line")
    }
    return found.sorted()
  }

  private static func subject(_ entries: [ListedEntries.Entry]) -> String {
    entries.count == 1 ? "entry \(entries[0].text)" : "entries \(quoted(entries))"
  }

  /// The first ten of some entries, and how many more there are.
  private static func quoted(_ entries: [ListedEntries.Entry]) -> String {
    let more = entries.count > 10 ? " and \(entries.count - 10) more" : ""
    return entries.prefix(10).map(\.text).joined(separator: ", ") + more
  }
}
