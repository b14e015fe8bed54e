internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVReports

/// What a command that scores representations found, in every form that it can be asked for.
struct EvaluationOutput {
  /// The first words of the page's title.
  let title: String
  /// Whether rows of a single split were held out for testing.
  let heldOut: Bool
  /// Every number as a table.
  let csv: () throws(MVError) -> String
  /// Every number as one JSON object.
  let json: () throws(MVError) -> Data
  /// Adds the scores to a page.
  let scores: (inout EvaluationPage) throws(MVError) -> Void
  /// The lines for people.
  let summary: () throws(MVError) -> String

  /// Writes the files that `--csv` and `--report` ask for, then prints JSON or the lines for people.
  func write(_ arguments: ParsedArguments, _ report: ReportRequest?) throws(MVError) {
    try EvaluationArguments.writeTable(arguments, csv)
    try report?.write(self)
    try Terminal.result(arguments.has("json") ? String(decoding: try json(), as: UTF8.self) : try summary())
  }
}
