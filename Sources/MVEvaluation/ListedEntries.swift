internal import Foundation
internal import MVCore

/// The entries of a list of rows, each understood as a row number or as an id.
struct ListedEntries {
  struct Entry {
    let text: String
    let kind: LabelSubset.ListKind
    /// The row; nil where there is no such row or id.
    let row: Int?
  }

  let entries: [Entry]

  /// Reads entries of the kind that is said, or else of the kind that all of them can be, or each as it can be.
  ///
  /// Throws where one that may be of two kinds decides, and where a file name stands for several images.
  init(_ texts: [String], as said: LabelSubset.ListKind?, among ids: PackedStrings) throws(MVError) {
    let texts = texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    let places = ids.places
    func row(_ text: String) -> Int? { Int(text).flatMap { ids.indices.contains($0) ? $0 : nil } }
    func id(_ text: String) -> Int? { places[ExactText(text)] }
    let areIDs = said == nil && texts.allSatisfy { id($0) != nil }
    // Only where ids alone do not explain the list: it costs a table of all names.
    var names: [ExactText: [Int]] = [:]
    if said == .names || (said == nil && !areIDs) {
      for place in ids.indices {
        names[ExactText(Self.fileName(ids[place])), default: []].append(place)
      }
    }
    // A bare number is that of a row, unless names are asked for.
    func named(_ text: String) -> [Int] { said == nil && Int(text) != nil ? [] : names[ExactText(text)] ?? [] }
    var kind = said
    if said == nil {
      let areRows = texts.allSatisfy { row($0) != nil }
      let areNames = !areIDs && texts.allSatisfy { !named($0).isEmpty }
      switch (areRows, areIDs, areNames) {
      case (true, false, false): kind = .rows
      case (false, true, _): kind = .ids
      case (false, false, true): kind = .names
      default: break
      }
    }
    if kind == nil,
      let both = texts.first(where: { row($0) != nil && (id($0) != nil || !named($0).isEmpty) })
    {
      let other = id(both) != nil ? "ids" : "file names"
      throw .usage(
        "label list", "may hold row numbers or \(other): \(both) is both",
        remedy: "say which, on the command line by --label-list-kind rows or \(other == "ids" ? "ids" : "names")")
    }
    func likely(_ text: String) -> LabelSubset.ListKind {
      if id(text) != nil { return .ids }
      if row(text) != nil { return .rows }
      if !named(text).isEmpty { return .names }
      return Int(text) != nil ? .rows : .ids
    }
    var entries: [Entry] = []
    for text in texts {
      let own = kind ?? likely(text)
      let found: Int?
      switch own {
      case .rows: found = row(text)
      case .ids: found = id(text)
      case .names:
        let all = named(text)
        guard all.count < 2 else {
          throw .badData(
            "label list entry \(text)",
            "is the name of \(all.count) images, \(ids[all[0]]) and \(ids[all[1]]) among them",
            remedy: "list ids, which have the folder too")
        }
        found = all.first
      }
      entries.append(Entry(text: text, kind: own, row: found))
    }
    self.entries = entries
  }

  /// What stands behind the last slash.
  private static func fileName(_ id: String) -> String {
    id.lastIndex(of: "/").map { String(id[id.index(after: $0)...]) } ?? id
  }
}
