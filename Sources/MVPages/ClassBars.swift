internal import Foundation

/// Bars of shares, one per class, largest first: readable on a narrow screen and with hundreds of classes.
public struct ClassBars: Sendable {
  /// The bar of one class.
  public struct Bar: Hashable, Sendable {
    /// The name of the class.
    public let name: String
    /// The share, 0...1; nil where the class has none.
    public let value: Double?
    /// The text shown when a pointer rests on the bar.
    public let detail: String

    /// Creates the bar of a class; `value` is a share, 0...1.
    public init(_ name: String, _ value: Double?, detail: String = "") {
      self.name = name
      self.value = value
      self.detail = detail
    }
  }

  /// The bars, largest first; those without a value at the end.
  public let bars: [Bar]
  /// The text above the bars.
  public let caption: String
  /// A share, 0...1, marked on every bar, for example the mean of all classes.
  public let mark: Double?

  /// Creates bars and sorts them by value, largest first; equal values keep the order given.
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
