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
  /// Throws where one that may be either decides.
  init(_ texts: [String], as said: LabelSubset.ListKind?, among ids: PackedStrings) throws(MVError) {
    let texts = texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    let places = ids.places
    func row(_ text: String) -> Int? { Int(text).flatMap { ids.indices.contains($0) ? $0 : nil } }
    func id(_ text: String) -> Int? { places[ExactText(text)] }
    var kind = said
    if said == nil {
      let areRows = texts.allSatisfy { row($0) != nil }
      let areIDs = texts.allSatisfy { id($0) != nil }
      if areRows != areIDs { kind = areRows ? .rows : .ids }
    }
    if kind == nil, let both = texts.first(where: { row($0) != nil && id($0) != nil }) {
      throw .usage(
        "label list", "may hold row numbers or ids: \(both) is both",
        remedy: "say which, on the command line by --label-list-kind rows or ids")
    }
    entries = texts.map { text in
      let kind = kind ?? (Int(text) != nil && id(text) == nil ? .rows : .ids)
      return Entry(text: text, kind: kind, row: kind == .rows ? row(text) : id(text))
    }
  }
}
