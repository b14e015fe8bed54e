internal import Foundation

/// A table: columns of numbers are aligned to the right, and the best value of a column can be marked.
public struct PageTable: Sendable {
  /// A column's heading and how its numbers are shown.
  public struct Column: Hashable, Sendable {
    /// Which value of a column is marked as the best.
    public enum Best: Hashable, Sendable {
      /// No value is marked.
      case none
      /// The largest value is marked, and all that read the same.
      case largest
      /// The smallest value is marked, and all that read the same.
      case smallest
    }

    /// The heading.
    public let title: String
    /// Which value is marked as the best.
    public let best: Best
    /// The number of decimals.
    public let digits: Int

    /// Creates a column; `digits` is the number of decimals.
    public init(_ title: String, best: Best = .none, digits: Int = 1) {
      self.title = title
      self.best = best
      self.digits = digits
    }
  }

  /// The content of a cell.
  public enum Cell: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral
  {
    /// Text.
    case text(String)
    /// A number, written with the column's number of decimals.
    case number(Double)
    /// A whole number: its thousands are grouped, unless the column also holds other numbers.
    case count(Int)
    /// No value, shown as a dash.
    case empty

    /// Creates a cell of text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Creates a cell of a number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Creates a cell of a whole number.
    public init(integerLiteral value: Int) { self = .count(value) }

    var value: Double? {
      switch self {
      case .number(let value): value
      case .count(let value): Double(value)
      case .text, .empty: nil
      }
    }
  }

  /// The columns, from the left.
  public let columns: [Column]
  /// The rows, from the top; a row with too few cells is filled with empty ones.
  public let rows: [[Cell]]
  /// The text above the table.
  public let caption: String

  /// Creates a table; see the properties.
  public init(columns: [Column], rows: [[Cell]], caption: String = "") {
    self.columns = columns
    self.rows = rows
    self.caption = caption
  }

  var html: String {
    let filled = rows.map { row in columns.indices.map { $0 < row.count ? row[$0] : .empty } }
    let numeric = columns.indices.map { column in
      filled.contains { $0[column].value != nil }
        && filled.allSatisfy { if case .text = $0[column] { false } else { true } }
    }
    // Whole numbers in a column of other numbers are written like those.
    let decimals = columns.indices.map { column in
      filled.contains { if case .number = $0[column] { true } else { false } }
    }
    let best: [String?] = columns.indices.map { column in
      let values = filled.compactMap { $0[column].value }.filter(\.isFinite)
      let extreme =
        switch columns[column].best {
        case .none: Double?.none
        case .largest: values.max()
        case .smallest: values.min()
        }
      // What reads the same is equally good: compare as written.
      return extreme.map { written($0, column, decimals: decimals[column]) }
    }
    let head = columns.indices.map {
      "<th scope=\"col\"\(numeric[$0] ? " class=\"number\"" : "")>\(escaped(columns[$0].title))</th>"
    }.joined()
    let body = filled.map { row in
      let cells = columns.indices.map { column in
        let text = written(row[column], column, decimals: decimals[column])
        var classes = numeric[column] ? ["number"] : []
        if row[column].value != nil, text == best[column] { classes.append("best") }
        let attribute = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        return "<td\(attribute)>\(escaped(text))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }.joined(separator: "\n")
    let line = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    return """
      <figure>\(line)<div class="scroll"><table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)
      </tbody></table></div></figure>
      """
  }

  private func written(_ cell: Cell, _ column: Int, decimals: Bool) -> String {
    switch cell {
    case .text(let text): text
    case .number(let value): written(value, column, decimals: decimals)
    case .count(let value): written(Double(value), column, decimals: decimals)
    case .empty: "–"
    }
  }

  private func written(_ value: Double, _ column: Int, decimals: Bool) -> String {
    guard value.isFinite else { return "\(value)" }
    return decimals ? String(format: "%.\(columns[column].digits)f", value) : grouped(Int(value))
  }
}

/// A whole number with its thousands grouped by thin spaces.
func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  let parts = stride(from: digits.count, to: 0, by: -3).reversed().map { end in
    digits.dropLast(digits.count - end).suffix(3)
  }
  return (value < 0 ? "-" : "") + parts.joined(separator: "\u{2009}")
}
