internal import Foundation

/// A chart of horizontal bars, one or several per label, on an axis that begins at 0.
public struct BarChart: Sendable {
  /// The bars of one color, one per label.
  public struct Series: Hashable, Sendable {
    /// The text in the legend.
    public let name: String
    /// One value per label; a value that is not finite has no bar.
    public let values: [Double]

    /// Creates the bars of one color, one per label.
    public init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// The labels of the groups of bars, from the top.
  public let labels: [String]
  /// The series; each has one bar per label.
  public let series: [Series]
  /// What the axis shows, for example `top-1 (%)`.
  public let title: String
  /// The text above the chart.
  public let caption: String
  /// The number of decimals of the values written beside the bars.
  public let digits: Int

  /// Creates a chart; each series must have one value per label.
  public init(labels: [String], series: [Series], title: String = "", caption: String = "", digits: Int = 1) {
    precondition(series.allSatisfy { $0.values.count == labels.count }, "each series needs a value for each label")
    self.labels = labels
    self.series = series
    self.title = title
    self.caption = caption
    self.digits = digits
  }

  var html: String {
    let figcaption = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    let values = series.flatMap(\.values).filter(\.isFinite)
    guard let largest = values.max(), let smallest = values.min() else {
      return "<figure>\(figcaption)<p>No bars to draw.</p></figure>"
    }
    let ticks = AxisTicks(enclosing: min(0, smallest)...max(0, largest), count: 5)
    let longest = labels.map(\.count).max() ?? 0
    let left = Double(min(max(longest * 7 + 14, 50), 220))
    let (right, top, bottom) = (58.0, 6.0, title.isEmpty ? 26.0 : 44.0)
    let thickness = series.count == 1 ? 15.0 : 11.0
    let gap = 9.0
    let groupHeight = thickness * Double(series.count) + gap
    let height = top + groupHeight * Double(labels.count) + bottom
    let width = Double(ChartFrame.width)
    func across(_ value: Double) -> Double {
      let span = ticks.range.upperBound - ticks.range.lowerBound
      return left + (value - ticks.range.lowerBound) / span * (width - left - right)
    }
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    var parts: [String] = []
    for tick in ticks.values {
      let line = number(across(tick))
      let end = number(height - bottom)
      parts.append("<line class=\"grid\" x1=\"\(line)\" x2=\"\(line)\" y1=\"\(number(top))\" y2=\"\(end)\"/>")
      parts.append(
        "<text x=\"\(line)\" y=\"\(number(height - bottom + 16))\" text-anchor=\"middle\">\(escaped(ticks.label(tick)))</text>"
      )
    }
    for (row, label) in labels.enumerated() {
      let start = top + gap / 2 + groupHeight * Double(row)
      let middle = start + thickness * Double(series.count) / 2
      let short = label.count > 30 ? label.prefix(29) + "…" : label[...]
      parts.append(
        "<text class=\"value\" x=\"\(number(left - 8))\" y=\"\(number(middle))\" dy=\"4\" text-anchor=\"end\">\(escaped(String(short)))</text>"
      )
      for (index, bars) in series.enumerated() where bars.values[row].isFinite {
        let value = bars.values[row]
        let (from, to) = (across(min(0, value)), across(max(0, value)))
        let above = start + thickness * Double(index)
        parts.append(
          "<rect x=\"\(number(from))\" y=\"\(number(above))\" width=\"\(number(max(to - from, 0.5)))\" height=\"\(number(thickness - 1))\" rx=\"2\" fill=\"\(chartColor(index))\"/>"
        )
        let text = String(format: "%.\(digits)f", value)
        parts.append("<text x=\"\(number(to + 5))\" y=\"\(number(above + thickness / 2))\" dy=\"3.5\">\(text)</text>")
      }
    }
    if !title.isEmpty {
      let middle = number((left + width - right) / 2)
      parts.append("<text x=\"\(middle)\" y=\"\(number(height - 6))\" text-anchor=\"middle\">\(escaped(title))</text>")
    }
    return """
      <figure>\(figcaption)\(chartLegend(series.count > 1 ? series.map(\.name) : []))
      <svg viewBox="0 0 \(ChartFrame.width) \(number(height))" role="img" aria-label="\(escaped(caption.isEmpty ? title : caption))">
      \(parts.joined(separator: "\n"))
      </svg></figure>
      """
  }
}
