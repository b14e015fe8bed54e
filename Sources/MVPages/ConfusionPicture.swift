internal import Foundation

/// A picture of a confusion matrix of many classes: a square per pair, the darker the larger its share of the class.
struct ConfusionPicture {
  let matrix: ConfusionMatrix
  let caption: String

  /// The number of shades; opacity grows with the square root of the share, so that small shares still show.
  private static let shades = 12

  var html: String {
    let classes = matrix.classCount
    let cell = classes <= 50 ? 15.0 : classes <= 120 ? 11 : classes <= 250 ? 9 : 3
    // Where squares are too small for a name each, only every 10th or 25th class is named.
    let every = cell >= 9 ? 1 : classes <= 400 ? 10 : 25
    let font = cell >= 9 ? min(11, cell - 0.5) : 9
    let shown = matrix.names.map(short)
    let longest = stride(from: 0, to: classes, by: every).map { shown[$0].count }.max() ?? 1
    let margin = Double(longest) * font * 0.56 + 8
    let side = margin + cell * Double(classes) + 4
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    var parts: [String] = []
    for label in stride(from: 0, to: classes, by: every) {
      let middle = number(margin + (Double(label) + 0.5) * cell)
      let (edge, name) = (number(margin - 4), escaped(shown[label]))
      parts.append("<text x=\"\(edge)\" y=\"\(middle)\" dy=\"0.35em\" text-anchor=\"end\">\(name)</text>")
      parts.append("<text transform=\"translate(\(middle) \(edge)) rotate(-90)\" dy=\"0.35em\">\(name)</text>")
    }
    for line in stride(from: 0, through: classes, by: 10) {
      let (at, from, to) = (number(margin + Double(line) * cell), number(margin), number(side - 4))
      parts.append("<path class=\"grid\" d=\"M\(at) \(from)V\(to)M\(from) \(at)H\(to)\"/>")
    }
    for (isRight, kind) in [(false, "error"), (true, "right")] {
      for (shade, path) in squares(right: isRight, margin: margin, cell: cell).enumerated() where !path.isEmpty {
        let opacity = number((Double(shade) + 1) / Double(Self.shades) * 0.9 + 0.1)
        parts.append("<path class=\"\(kind)\" fill-opacity=\"\(opacity)\" d=\"\(path)\"/>")
      }
    }
    let line = escaped(
      caption.isEmpty
        ? "Rows: the class; columns: the prediction. The darker, the larger the part of the class's rows (square-root scale)."
        : caption)
    let style = "width: \(number(side))px; max-width: none; font-size: \(number(font))px"
    return """
      <figure><figcaption>\(line)</figcaption><div class="scroll">
      <svg class="confusion" style="\(style)" viewBox="0 0 \(number(side)) \(number(side))" role="img" aria-label="\(line)">
      \(parts.joined(separator: "\n"))
      </svg></div></figure>
      """
  }

  /// One SVG path of squares per shade.
  private func squares(right: Bool, margin: Double, cell: Double) -> [String] {
    var paths = [String](repeating: "", count: Self.shades)
    let totals = matrix.totals
    let size = cell >= 9 ? cell - 1 : cell
    for pair in matrix.cells where pair.count > 0 && (pair.truth == pair.prediction) == right {
      let part = (Double(pair.count) / Double(totals[pair.truth])).squareRoot()
      let shade = min(Self.shades - 1, Int(part * Double(Self.shades)))
      let (x, y) = (margin + Double(pair.prediction) * cell, margin + Double(pair.truth) * cell)
      paths[shade] += String(format: "M%.1f %.1fh%.0fv%.0fh-%.0fz", x, y, size, size, size)
    }
    return paths
  }

  private func short(_ name: String) -> String { name.count > 22 ? "\(name.prefix(21))…" : name }
}
