internal import Foundation
internal import MVFiles

/// A table of texts for people, some of them bold, and what it shows.
struct ComparisonTable {
  /// A cell.
  struct Cell {
    let text: String
    var isBold = false
  }

  let header: [String]
  let rows: [[Cell]]
  let caption: String

  /// A share in percent.
  static func number(_ share: Double) -> String {
    let text = String(format: "%.2f", share * 100)
    return text == "-0.00" ? "0.00" : text
  }

  /// The table as GitHub's Markdown.
  var markdown: String {
    func line(_ cells: [Cell]) -> String {
      let texts = cells.map { cell in
        let text = OneLine.text(cell.text).replacing("\\", with: "\\\\").replacing("|", with: "\\|")
        return cell.isBold ? "**\(text)**" : text
      }
      return "| \(texts.joined(separator: " | ")) |"
    }
    let rule = "|---|" + header.dropFirst().map { _ in "---:|" }.joined()
    let lines = [line(header.map { Cell(text: $0) }), rule] + rows.map(line)
    return lines.joined(separator: "\n") + "\n\n" + caption + "\n"
  }

  /// The table as LaTeX, for the package booktabs.
  var latex: String {
    func line(_ cells: [Cell]) -> String {
      let texts = cells.map { cell in
        let text = Self.escapedForLaTeX(cell.text)
        return cell.isBold ? "\\textbf{\(text)}" : text
      }
      return texts.joined(separator: " & ") + " \\\\"
    }
    let columns = "l" + String(repeating: "r", count: header.count - 1)
    let lines =
      ["% \(caption)", "\\begin{tabular}{\(columns)}", "\\toprule", line(header.map { Cell(text: $0) }), "\\midrule"]
      + rows.map(line) + ["\\bottomrule", "\\end{tabular}"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escapedForLaTeX(_ text: String) -> String {
    var result = ""
    for character in OneLine.text(text) {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "±": result += "$\\pm$"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
