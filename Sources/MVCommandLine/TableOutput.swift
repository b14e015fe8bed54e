internal import Foundation
public import MVCore
internal import MVFiles

/// A table of results in every form that a command tells it in.
public struct TableOutput {
  /// `--csv`, `--markdown` and `--latex`.
  public static let options: [Argument] = [
    .option("csv", "FILE.csv", "write the table with every number", output: .stream(["csv", "txt"])),
    .option("markdown", "FILE.md", "write the table for Markdown", output: .stream(["md", "txt"])),
    .option("latex", "FILE.tex", "write the table for LaTeX (booktabs)", output: .stream(["tex", "txt"])),
  ]

  private let table: (header: [String], rows: [[String]])
  private let caption: String
  private let forms: [(option: String, text: String)]

  /// Takes the table for people, what its numbers are, and the same in other forms.
  public init(
    _ table: (header: [String], rows: [[String]]), caption: String, csv: String, markdown: String, latex: String
  ) {
    self.table = table
    self.caption = caption
    forms = [("csv", csv), ("markdown", markdown), ("latex", latex)]
  }

  /// Writes the files that were asked for; throws where one cannot be written.
  public func write(_ arguments: ParsedArguments) throws(MVError) {
    for (option, text) in forms {
      if let path = arguments[option] { try AtomicFile.write(text, to: URL(filePath: path)) }
    }
  }

  /// Prints the table and its caption; throws where they cannot be written.
  public func show() throws(MVError) {
    var text = TextTable(header: table.header)
    for row in table.rows { text.add(row: row) }
    try Terminal.result("\(text.text)\n\(caption)")
  }
}
