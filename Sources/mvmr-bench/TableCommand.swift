internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVFiles

extension Command {
  /// `mvmr-bench table`: measurements that `--json` wrote, as Markdown.
  static let table = Command(
    "table", summary: "Write measurements of --json as Markdown",
    discussion: """
      Example:
        mvmr-bench store --json > store.json
        mvmr-bench table store.json
      """,
    arguments: [.positional("FILE", "a file that --json wrote", repeated: true)]
  ) { (arguments) throws(MVError) in
    let runs = try BenchmarkResults.read(arguments.all("FILE"))
    try Terminal.result(runs.map(\.markdown).joined(separator: "\n\n"))
  }
}

extension BenchmarkResults {
  /// Reads files that `--json` wrote; throws where one is none.
  static func read(_ paths: [String]) throws(MVError) -> [BenchmarkResults] {
    try paths.map { (path) throws(MVError) in
      let url = URL(filePath: path)
      let text = try WholeFile.lines(of: url, remedy: "give a file that mvmr-bench --json wrote").joined()
      guard let run = CanonicalJSON.value(BenchmarkResults.self, from: text) else {
        throw .badData(path, "is not what mvmr-bench --json writes", remedy: "measure again with --json")
      }
      return run
    }
  }

  /// What was measured, on what, and a table of it.
  var markdown: String {
    // Codecs are many, and only images are decoded.
    let software = machine.software.filter { $0.key != "system" && $0.key != "codecs" }.sorted { $0.key < $1.key }
      .map { name, version in version.hasPrefix(name) ? version : "\(name) \(version)" }
    let facts = [machine.processor, "\(machine.cores) cores", "\(machine.kernels) kernels"] + software + [date]
    let rows = measurements.map { figure in
      [
        figure.work, figure.unit.text(figure.ours), figure.peer ?? "", figure.theirs.map(figure.unit.text) ?? "",
        figure.ratio.map { String(format: "%.2f", $0) } ?? "", figure.remark ?? "",
      ]
    }
    let head = [
      ["work", "ours", "peer", "theirs", "times as good", "remark"], ["---", "---:", "---", "---:", "---:", "---"],
    ]
    let table = (head + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    return "## `mvmr-bench \(benchmark)`\n\n\(facts.joined(separator: ", "))\n\n\(table)"
  }
}
