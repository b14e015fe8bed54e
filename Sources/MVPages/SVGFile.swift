internal import Foundation

/// A drawing as an SVG file that needs no style sheet of a page: colors are written out, for programs that know no
/// variables.
struct SVGFile {
  let width: Int
  /// With the room of the legend.
  let height: Double
  let title: String

  /// The room above the drawing.
  static let legendHeight = 24.0

  /// The colors of the series on a light ground, as the style sheet of pages has them.
  private static let colors = [
    "#1c63b0", "#c8501e", "#2b8a57", "#8a4fb3", "#b07d12", "#1b8d98", "#b83265", "#69737d",
  ]

  /// The file's text: the legend, and below it `elements`.
  func text(legend names: [String], _ elements: String) -> String {
    var legend: [String] = []
    var left = 12.0
    for (index, name) in names.enumerated() {
      let (start, text) = (String(format: "%.1f", left), String(format: "%.1f", left + 16))
      legend.append("<rect x=\"\(start)\" y=\"8\" width=\"11\" height=\"9\" fill=\"\(chartColor(index))\"/>")
      legend.append("<text x=\"\(text)\" y=\"16\">\(escaped(name))</text>")
      left += 16 + Double(name.count) * 7 + 22
    }
    var body = (legend + ["<g transform=\"translate(0 \(Int(Self.legendHeight)))\">", elements, "</g>"])
      .joined(separator: "\n")
    for (index, color) in Self.colors.enumerated() { body = body.replacing("var(--s\(index))", with: color) }
    let tall = String(format: "%.1f", height)
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(tall)" viewBox="0 0 \(width) \(tall)">
      <title>\(escaped(title))</title>
      <style>
      text { font: 12px sans-serif; fill: #5d6773; }
      .value { fill: #1d2228; }
      .grid { stroke: #dfe3e8; stroke-width: 1; }
      .axis { stroke: #5d6773; stroke-width: 1; }
      .interval { stroke: #1d2228; stroke-width: 1.5; fill: none; }
      </style>
      <rect width="\(width)" height="\(tall)" fill="#ffffff"/>
      \(body)
      </svg>

      """
  }
}
