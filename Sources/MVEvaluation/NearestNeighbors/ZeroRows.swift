internal import MVStore

/// Rows of one representation that count as zero: their norm is 0, or too small to divide by in float32.
///
/// No row is nearer to them than another.
public struct ZeroRows: Hashable, Sendable {
  /// The name of the split.
  public let split: String
  /// The name of the representation.
  public let representation: String
  /// The rows as numbered in the representation, ascending.
  public let rows: [Int]

  /// The norm below which a row counts as zero.
  public static let smallestNorm = NeighborSearch.smallestNorm

  /// One line about such rows of a file, how many there are and where the first is; nil where there are none.
  public static func notice(of found: [ZeroRows], in file: String) -> String? {
    let count = found.reduce(0) { $0 + $1.rows.count }
    guard count > 0 else { return nil }
    let (verb, it) = count == 1 ? ("row is", "it has") : ("rows are", "they have")
    let said = "\(file): \(count) \(verb) zero or nearly, with a norm under \(smallestNorm): \(it) no nearest rows"
    let places = found.map { one in
      one.rows.count == 1
        ? "row \(one.rows[0]) of \(one.place)" : "\(one.rows.count) of \(one.place), the first row \(one.rows[0])"
    }
    return "\(said) (\(places.joined(separator: "; ")))"
  }

  private var place: String { "\(representation) in \(split)" }

  /// Those of several searches, each row once.
  public static func joined(_ found: [ZeroRows]) -> [ZeroRows] {
    struct Place: Hashable { let split, representation: String }
    var order: [Place] = []
    var rows: [Place: Set<Int>] = [:]
    for one in found {
      let place = Place(split: one.split, representation: one.representation)
      if rows[place] == nil { order.append(place) }
      rows[place, default: []].formUnion(one.rows)
    }
    return order.map { place in
      ZeroRows(split: place.split, representation: place.representation, rows: (rows[place] ?? []).sorted())
    }
  }
}

extension NeighborSearch {
  /// The rows that count as zero, those of train first; none where norms do not matter.
  var zeroRows: [ZeroRows] {
    guard normalizes else { return [] }
    let own = Self.zeroRows(of: train, trainNorms)
    return leavingOut ? own : ZeroRows.joined(own + Self.zeroRows(of: queries, queryNorms))
  }

  private static func zeroRows(of reader: RowReader, _ norms: [Double]) -> [ZeroRows] {
    let parts = reader.representations.count
    return (0..<parts).compactMap { part in
      let rows = reader.rows.indices.filter { norms[$0 * parts + part] < smallestNorm }.map { reader.rows[$0] }
      guard !rows.isEmpty else { return nil }
      return ZeroRows(split: reader.split.name, representation: reader.representations[part].name, rows: rows)
    }
  }
}
