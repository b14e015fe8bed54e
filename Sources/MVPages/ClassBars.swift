internal import Foundation

/// Bars of parts of a whole, one a class, best first: readable on a narrow screen and with hundreds of classes.
public struct ClassBars: Sendable {
  /// A class.
  public struct Bar: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// 0...1; nil where there is none.
    public let value: Double?
    /// What a pointer over the bar tells.
    public let detail: String

    /// A class and its value.
    public init(_ name: String, _ value: Double?, detail: String = "") {
      self.name = name
      self.value = value
      self.detail = detail
    }
  }

  /// The classes, best first; those without a value at the end.
  public let bars: [Bar]
  /// A line above the bars.
  public let caption: String
  /// A value that a mark on every bar shows, such as the mean.
  public let mark: Double?

  /// Bars in order of their values, ties as they are given.
  public init(_ bars: [Bar], caption: String = "", mark: Double? = nil) {
    self.bars = bars.enumerated().sorted {
      ($0.element.value ?? -1, -$0.offset) > ($1.element.value ?? -1, -$1.offset)
    }.map(\.element)
    self.caption = caption
    self.mark = mark
  }

  var html: String {
    let rows = bars.map { bar in
      let share = bar.value.map { String(format: "%.1f", $0 * 100) }
      let fill = share.map { "<i style=\"width: \($0)%\"></i>" } ?? ""
      let tick = mark.map { "<b style=\"left: \(String(format: "%.1f", $0 * 100))%\"></b>" } ?? ""
      let hint = escaped(bar.detail.isEmpty ? bar.name : "\(bar.name): \(bar.detail)")
      return
        "<li title=\"\(hint)\"><span>\(escaped(bar.name))</span><span class=\"track\">\(fill)\(tick)</span><span>\(share ?? "–")</span></li>"
    }.joined(separator: "\n")
    let line = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    return """
      <figure>\(line)<ol class="bars\(bars.count > 24 ? " many" : "")">
      \(rows)
      </ol></figure>
      """
  }
}
