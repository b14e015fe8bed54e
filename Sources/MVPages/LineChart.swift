internal import Foundation

/// A chart of curves over a common axis.
public struct LineChart: Sendable {
  /// One curve.
  public struct Series: Hashable, Sendable {
    /// The text in the legend.
    public let name: String
    /// The horizontal place of each point.
    public let x: [Double]
    /// The value of each point; the curve is broken where a value is not finite.
    public let y: [Double]

    /// Creates a curve through the points (x, y); `x` and `y` must be equally long.
    public init(_ name: String, x: [Double], y: [Double]) {
      precondition(x.count == y.count, "a curve needs an x for each y")
      self.name = name
      self.x = x
      self.y = y
    }

    /// Creates a curve whose points lie at x = 1, 2, 3 ...
    public init(_ name: String, y: [Double]) {
      self.init(name, x: y.indices.map { Double($0 + 1) }, y: y)
    }
  }

  /// The curves, in the order of the legend.
  public let series: [Series]
  /// What the horizontal axis shows.
  public let xTitle: String
  /// What the vertical axis shows.
  public let yTitle: String
  /// The text above the chart.
  public let caption: String
  /// Whether the horizontal axis is logarithmic, with ticks at powers of ten.
  public let logarithmicX: Bool

  /// Creates a chart; with `logarithmicX`, points whose x is not above 0 are left out.
  public init(
    _ series: [Series], xTitle: String = "", yTitle: String = "", caption: String = "", logarithmicX: Bool = false
  ) {
    self.series = series
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.caption = caption
    self.logarithmicX = logarithmicX
  }

  var html: String {
    let curves = series.map { curve in
      zip(curve.x, curve.y).map { x, y in (x: logarithmicX ? (x > 0 ? log10(x) : .nan) : x, y: y) }
        .filter(\.x.isFinite)
    }
    let points = curves.joined().filter(\.y.isFinite)
    let figcaption = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    guard let x = bounds(points.map(\.x)), let y = bounds(points.map(\.y)) else {
      return "<figure>\(figcaption)<p>No points to draw.</p></figure>"
    }
    let frame = ChartFrame(x: x, y: AxisTicks(enclosing: y, count: 5))
    let lines = curves.enumerated().map { index, curve in
      var path = ""
      var pen = "M"
      for point in curve {
        guard point.y.isFinite else {
          pen = "M"
          continue
        }
        // A stroke of no length: its round ends show a point that stands alone.
        path += "\(pen)\(frame.place(point.x, point.y))\(pen == "M" ? "h0" : "")"
        pen = "L"
      }
      let single = curve.count(where: { $0.y.isFinite }) == 1 ? curve.first { $0.y.isFinite } : nil
      let color = chartColor(index)
      if let single {
        return "<circle r=\"3.5\" fill=\"\(color)\" cx=\"\(frame.across(single.x))\" cy=\"\(frame.down(single.y))\"/>"
      }
      return
        "<path class=\"curve\" stroke=\"\(color)\" d=\"\(path)\"><title>\(escaped(series[index].name))</title></path>"
    }.joined(separator: "\n")
    let xTicks: [(Double, String)] =
      if logarithmicX {
        powerTicks(x)
      } else {
        insideTicks(x)
      }
    return """
      <figure>\(figcaption)\(chartLegend(series.map(\.name)))
      <svg viewBox="0 0 \(ChartFrame.width) \(ChartFrame.height)" role="img" aria-label="\(escaped(caption.isEmpty ? yTitle : caption))">
      \(frame.axes(xTicks: xTicks, xTitle: xTitle, yTitle: yTitle))
      \(lines)
      </svg></figure>
      """
  }

  private func bounds(_ values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
  }

  private func insideTicks(_ range: ClosedRange<Double>) -> [(Double, String)] {
    let ticks = AxisTicks(enclosing: range, count: 7)
    return ticks.values.filter { range.contains($0) }.map { ($0, ticks.label($0)) }
  }

  private func powerTicks(_ range: ClosedRange<Double>) -> [(Double, String)] {
    let powers = Array(stride(from: ceil(range.lowerBound - 1e-9), through: floor(range.upperBound + 1e-9), by: 1))
    let every = max(1, (powers.count + 7) / 8)
    return powers.enumerated().filter { $0.offset % every == 0 }.map {
      ($0.element, String(format: "1e%.0f", $0.element))
    }
  }
}
