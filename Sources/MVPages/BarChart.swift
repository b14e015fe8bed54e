internal import Foundation

/// A chart of horizontal bars, one or several per label, on an axis that begins at 0.
public struct BarChart: Sendable {
  /// The bars of one color, one per label.
  public struct Series: Hashable, Sendable {
    /// The text in the legend.
    public let name: String
    /// One value per label; a value that is not finite has no bar.
    public let values: [Double]
    /// An interval about each value, drawn as a line over its bar; empty for none.
    public let intervals: [ClosedRange<Double>]

    /// Creates the bars of one color, one per label; there is an interval per value or none.
    public init(_ name: String, _ values: [Double], intervals: [ClosedRange<Double>] = []) {
      precondition(intervals.isEmpty || intervals.count == values.count, "an interval for each value")
      self.name = name
      self.values = values
      self.intervals = intervals
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
    guard let drawing else { return "<figure>\(figcaption)<p>No bars to draw.</p></figure>" }
    return """
      <figure>\(figcaption)\(chartLegend(series.count > 1 ? series.map(\.name) : []))
      <svg viewBox="0 0 \(ChartFrame.width) \(drawing.height)" role="img" aria-label="\(escaped(label))">
      \(drawing.elements)
      </svg></figure>
      """
  }

  private var label: String { caption.isEmpty ? title : caption }

  /// The chart as an SVG file of its own, for papers and slides: light colors, with its legend.
  public var svg: String {
    let drawing = drawing ?? (height: "20", elements: "")
    let height = (Double(drawing.height) ?? 0) + SVGFile.legendHeight
    return SVGFile(width: ChartFrame.width, height: height, title: label).text(
      legend: series.count > 1 ? series.map(\.name) : [], drawing.elements)
  }

  /// The elements of the drawing and its height; nil where there is nothing to draw.
  private var drawing: (height: String, elements: String)? {
    let values = series.flatMap { $0.values + $0.intervals.flatMap { [$0.lowerBound, $0.upperBound] } }
      .filter(\.isFinite)
    guard let largest = values.max(), let smallest = values.min() else { return nil }
    let ticks = AxisTicks(enclosing: min(0, smallest)...max(0, largest), count: 5)
    let longest = labels.map(\.count).max() ?? 0
    // On narrow screens the style sheet writes texts of 19 units, which need this room.
    let left = Double(min(max(longest * 10 + 16, 50), 250))
    let (right, top, bottom) = (76.0, 6.0, title.isEmpty ? 30.0 : 52.0)
    let thickness = 19.0
    let gap = 10.0
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
        "<text x=\"\(line)\" y=\"\(number(height - bottom + 20))\" text-anchor=\"middle\">\(escaped(ticks.label(tick)))</text>"
      )
    }
    for (row, label) in labels.enumerated() {
      let start = top + gap / 2 + groupHeight * Double(row)
      let middle = start + thickness * Double(series.count) / 2
      let short = label.count > 23 ? label.prefix(22) + "…" : label[...]
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
        var end = to
        if !bars.intervals.isEmpty {
          let (low, high) = (across(bars.intervals[row].lowerBound), across(bars.intervals[row].upperBound))
          let level = number(above + (thickness - 1) / 2)
          parts.append("<path class=\"interval\" d=\"M\(number(low)) \(level)H\(number(high))\"/>")
          end = max(to, high)
        }
        let text = String(format: "%.\(digits)f", value)
        parts.append("<text x=\"\(number(end + 5))\" y=\"\(number(above + thickness / 2))\" dy=\"3.5\">\(text)</text>")
      }
    }
    if !title.isEmpty {
      let middle = number((left + width - right) / 2)
      parts.append("<text x=\"\(middle)\" y=\"\(number(height - 6))\" text-anchor=\"middle\">\(escaped(title))</text>")
    }
    return (number(height), parts.joined(separator: "\n"))
  }
}
