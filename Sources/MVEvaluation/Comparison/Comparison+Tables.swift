internal import Foundation
internal import MVFiles

extension Comparison {
  /// The comparison in words, for people: a header and a line per contender, accuracies in percent.
  ///
  /// A difference is how far the contender is below the best on the same rows, with its 95 % interval.
  public var table: (header: [String], rows: [[String]]) {
    let header = [
      "features", "columns", "k-NN (%)", "95 %", "below best", "linear probe (%)", "95 %", "below best",
    ]
    let rows = ranking.map { entry in
      [entry.name, "\(entry.columns)"] + Self.cells(entry.neighbors) + Self.cells(entry.probe)
    }
    return (header, rows)
  }

  private static func cells(_ score: Score) -> [String] {
    [
      number(score.top1), "\(number(score.interval.lowerBound)) to \(number(score.interval.upperBound))",
      score.difference.map { "\(number($0.value)) (\(number($0.low)) to \(number($0.high)))" }
        ?? (score.isBest ? "best" : "other rows"),
    ]
  }

  private static func number(_ share: Double) -> String {
    let text = String(format: "%.2f", share * 100)
    return text == "-0.00" ? "0.00" : text
  }

  /// The table as GitHub's Markdown; the best of a column is bold.
  public var markdown: String {
    let (header, _) = table
    func line(_ cells: [String]) -> String {
      let escaped = cells.map { OneLine.text($0).replacing("\\", with: "\\\\").replacing("|", with: "\\|") }
      return "| \(escaped.joined(separator: " | ")) |"
    }
    var lines = [line(header), "|---|" + header.dropFirst().map { _ in "---:|" }.joined()]
    for entry in ranking {
      lines.append(line(cells(entry) { "**\($0)**" }))
    }
    return lines.joined(separator: "\n") + "\n\n" + caption + "\n"
  }

  /// The table as LaTeX, for the package booktabs; the best of a column is bold.
  public var latex: String {
    let (header, _) = table
    func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
    let columns = "l" + String(repeating: "r", count: header.count - 1)
    var lines = [
      "% \(caption)", "\\begin{tabular}{\(columns)}", "\\toprule", line(header.map(Self.escapedForLaTeX)), "\\midrule",
    ]
    for entry in ranking {
      let cells = cells(entry, escape: Self.escapedForLaTeX) { "\\textbf{\($0)}" }
      lines.append(line(cells))
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  private func cells(
    _ entry: Entry, escape: (String) -> String = { $0 }, bold: (String) -> String
  ) -> [String] {
    func marked(_ score: Score) -> [String] {
      let cells = Self.cells(score).map(escape)
      return [score.isBest ? bold(cells[0]) : cells[0]] + cells.dropFirst()
    }
    return [escape(entry.name), "\(entry.columns)"] + marked(entry.neighbors) + marked(entry.probe)
  }

  /// What the numbers are, in one or two sentences.
  public var caption: String {
    guard let first = entries.first else { return "" }
    func all<Value: Equatable>(_ value: KeyPath<Entry, Value>) -> Bool {
      entries.allSatisfy { $0[keyPath: value] == first[keyPath: value] }
    }
    let neighbors = all(\.k) ? "k-NN with k = \(first.k)" : "k-NN with k of \(Self.neighborCount) or what there are"
    let same = all(\.folds) && all(\.testRows) && all(\.trainRows) && all(\.testSplit)
    let rows: String
    switch (same, first.folds) {
    case (false, _): rows = "each scored on the rows that its file has"
    case (true, let folds?):
      rows = "\(first.testRows) rows of \(first.testSplit), each scored by the other folds of \(folds) (seed \(seed))"
    case (true, nil):
      rows =
        "\(first.trainRows) rows of \(first.trainSplit) learnt from, \(first.testRows) of \(first.testSplit) scored"
    }
    return "\(neighbors), cosine, T = 0.07, and logistic regression; \(rows); \(first.classCount) classes. "
      + "Intervals are of 95 %, over the choice of scored rows."
  }

  private static func escapedForLaTeX(_ text: String) -> String {
    var result = ""
    for character in OneLine.text(text) {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
