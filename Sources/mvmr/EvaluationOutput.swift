internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVReports

/// What a command that scores representations found, in every form that it can be asked for.
struct EvaluationOutput {
  /// The first words of the page's title.
  let title: String
  /// Whether rows of a single split were held out for testing.
  let heldOut: Bool
  /// What the numbers are of.
  let record: EvaluationRecord
  /// Every number as a table, without the record.
  let table: () throws(MVError) -> String
  /// Every number as one JSON object, without the record.
  let object: () throws(MVError) -> Data
  /// Adds the scores to a page.
  let scores: (inout EvaluationPage) throws(MVError) -> Void
  /// The lines for people.
  let summary: () throws(MVError) -> String

  /// The settings as a page shows them.
  var settings: String {
    record.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
  }

  /// Every number as a table, and what they are of.
  func csv() throws(MVError) -> String { record.adding(to: try table()) }

  /// Every number as one JSON object, and what they are of.
  func json() throws(MVError) -> Data { try record.adding(to: try object()) }

  /// Writes the files that `--csv` and `--report` ask for, then prints JSON or the lines for people.
  func write(_ arguments: ParsedArguments, _ report: ReportRequest?) throws(MVError) {
    if let path = arguments["csv"] { try AtomicFile.write(csv(), to: URL(filePath: path)) }
    try report?.write(self)
    try Terminal.result(arguments.has("json") ? String(decoding: try json(), as: UTF8.self) : try summary())
  }
}

/// The outputs of several representations, each scored on its own.
struct EachOutput {
  /// The representations, in order, and what each scored.
  let outputs: [(name: String, output: EvaluationOutput)]

  /// Writes the file that `--csv` asks for, then prints JSON, or `table` for people.
  func write(_ arguments: ParsedArguments, table: TextTable) throws(MVError) {
    if let path = arguments["csv"] {
      let tables = try outputs.map { (name, output) throws(MVError) in (name, try output.csv()) }
      try AtomicFile.write(ResultTable.joining(tables), to: URL(filePath: path))
    }
    guard arguments.has("json") else {
      try Terminal.result(table.text)
      return
    }
    let objects = try outputs.map { (_, output) throws(MVError) in String(decoding: try output.json(), as: UTF8.self) }
    try Terminal.result("{\"each\":[\(objects.joined(separator: ","))]}")
  }

  /// Throws where an option is given that is for one representation.
  static func check(_ arguments: ParsedArguments) throws(MVError) {
    for option in ["report", "images", "neighbors", "save", "load"] where arguments.has(option) {
      throw .usage("--\(option)", "is for one representation", remedy: "leave out --each, and name it")
    }
  }
}
