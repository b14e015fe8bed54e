internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports

/// The table of a sweep that `mvmr compare` was given.
struct SweepTable {
  private let folder: URL
  private let results: SweepResults

  /// Reads the sweep in the folder that was given; nil where no folder of a sweep was.
  ///
  /// Throws where something else is given beside it, and for options that change no sweep.
  init?(_ arguments: ParsedArguments) throws(MVError) {
    let given = arguments.all("FILE")
    guard let sweep = given.first(where: { SweepRecord.isSweep(URL(filePath: $0)) }) else { return nil }
    guard given.count == 1 else {
      throw .usage(
        sweep, "is a sweep, which has a table of its own",
        remedy: "compare it alone, or its runs by their folders, as \(sweep)/*_seed-0")
    }
    let shown = ["FILE", "report", "json", "quiet"] + TableOutput.options.map(\.name)
    for option in Command.compare.arguments where !shown.contains(option.name) && arguments.has(option.name) {
      throw .usage(
        "--\(option.name)", "is not for a sweep", remedy: "its scores are as `mvmr sweep` was told: leave it out")
    }
    folder = URL(filePath: sweep)
    results = try SweepResults(in: folder)
  }

  /// Prints the table and writes what the options ask for; throws where that cannot be written.
  func show(_ arguments: ParsedArguments) throws(MVError) {
    let output = TableOutput(
      results.table, caption: results.caption, csv: results.csv,
      markdown: results.markdown, latex: results.latex)
    let report = try arguments["report"].map { (path) throws(MVError) in
      try ReportFolder(URL(filePath: path), kind: SweepPage.kind, beside: [SweepPage.chartName])
    }
    try output.write(arguments)
    if let report {
      try SweepPage(title: "Sweep \(folder.lastPathComponent)", results).write(to: report)
      Terminal.message("report: \(report.page.path)")
    }
    if arguments.has("json") {
      try Terminal.result(String(decoding: try results.json(), as: UTF8.self))
    } else {
      try output.show()
    }
  }
}
