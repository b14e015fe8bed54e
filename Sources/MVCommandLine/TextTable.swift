internal import MVFiles

/// A table of text in aligned columns, for people to read.
public struct TextTable: Sendable {
  private let header: [String]
  private var rows: [[String]] = []

  /// Creates a table with a header.
  public init(_ header: String...) { self.header = header }

  /// Creates a table with a header.
  public init(header: [String]) { self.header = header }

  /// Adds a row; as many cells as the header has.
  public mutating func add(_ cells: String...) { add(row: cells) }

  /// Adds a row; as many cells as the header has.
  ///
  /// Ends of lines and tabs in names become blanks.
  public mutating func add(row cells: [String]) { rows.append(cells.map(OneLine.text)) }

  /// The lines: text to the left, numbers to the right.
  public var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let isNumeric = header.indices.map { column in
      !rows.isEmpty && rows.allSatisfy { Self.isNumber($0[column]) }
    }
    return all.map { row in
      var line = ""
      for column in header.indices {
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        line += (column == 0 ? "" : "  ") + (isNumeric[column] ? padding + row[column] : row[column] + padding)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  private static func isNumber(_ cell: String) -> Bool {
    guard let first = cell.first else { return true }
    return first.isNumber || first == "-" || first == "+"
  }
}
