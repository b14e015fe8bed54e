internal import Foundation

/// The rectangle that a chart is drawn in, with its axes; 720 x 340 units.
struct ChartFrame {
  static let width = 720
  static let height = 340
  let left = 80.0
  /// Half of the last tick's label stands there.
  let right = 34.0
  let top = 26.0
  let bottom = 46.0
  let x: ClosedRange<Double>
  let y: AxisTicks

  func across(_ value: Double) -> String {
    let spread = x.upperBound - x.lowerBound
    let part = spread > 0 ? (value - x.lowerBound) / spread : 0.5
    return String(format: "%.1f", left + part * (Double(ChartFrame.width) - left - right))
  }

  func down(_ value: Double) -> String {
    let part = (value - y.range.lowerBound) / (y.range.upperBound - y.range.lowerBound)
    return String(
      format: "%.1f", Double(ChartFrame.height) - bottom - part * (Double(ChartFrame.height) - top - bottom))
  }

  func place(_ x: Double, _ y: Double) -> String { "\(across(x)) \(down(y))" }

  /// The SVG elements of the grid lines, the ticks and the titles.
  func axes(xTicks: [(Double, String)], xTitle: String, yTitle: String) -> String {
    let end = String(format: "%.1f", Double(ChartFrame.width) - right)
    let floor = String(format: "%.1f", Double(ChartFrame.height) - bottom)
    var parts: [String] = []
    for value in y.values {
      let line = down(value)
      parts.append("<line class=\"grid\" x1=\"\(left)\" x2=\"\(end)\" y1=\"\(line)\" y2=\"\(line)\"/>")
      parts.append(
        "<text x=\"\(left - 8)\" y=\"\(line)\" dy=\"4\" text-anchor=\"end\">\(escaped(y.label(value)))</text>")
    }
    for (value, label) in xTicks {
      let line = across(value)
      let below = Double(ChartFrame.height) - bottom
      parts.append("<line class=\"axis\" x1=\"\(line)\" x2=\"\(line)\" y1=\"\(floor)\" y2=\"\(below + 5)\"/>")
      parts.append("<text x=\"\(line)\" y=\"\(below + 19)\" text-anchor=\"middle\">\(escaped(label))</text>")
    }
    parts.append("<line class=\"axis\" x1=\"\(left)\" x2=\"\(end)\" y1=\"\(floor)\" y2=\"\(floor)\"/>")
    if !xTitle.isEmpty {
      let middle = (left + Double(ChartFrame.width) - right) / 2
      parts.append(
        "<text x=\"\(middle)\" y=\"\(ChartFrame.height - 6)\" text-anchor=\"middle\">\(escaped(xTitle))</text>")
    }
    if !yTitle.isEmpty { parts.append("<text x=\"4\" y=\"14\">\(escaped(yTitle))</text>") }
    return parts.joined(separator: "\n")
  }
}

/// The color of series `index`; eight colors, in turn.
func chartColor(_ index: Int) -> String { "var(--s\(index % 8))" }

/// The legend of a chart; empty for a single series without a name.
func chartLegend(_ names: [String]) -> String {
  guard names.count > 1 || names.contains(where: { !$0.isEmpty }) else { return "" }
  let entries = names.enumerated().map { index, name in
    "<li><i style=\"background: \(chartColor(index))\"></i>\(escaped(name))</li>"
  }
  return "<ul class=\"legend\">\(entries.joined())</ul>"
}
