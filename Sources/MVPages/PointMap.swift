internal import Foundation
public import MVCore

/// A map of points in the plane, colored by class, in one or several views of the same points.
///
/// Up to ten classes have a color each, up to forty a color and a shape; more have hues in the order of the classes.
/// Choosing a class in the legend fades the others, without any script.
public struct PointMap: Sendable {
  /// One view: the coordinates of all points, and a caption.
  public struct View: Hashable, Sendable {
    /// The coordinates, points x 2.
    public let points: Matrix
    /// The text below the picture.
    public let caption: String

    /// Creates a view; `points` must have at least two columns, of which two are used.
    public init(_ points: Matrix, caption: String) {
      precondition(points.columns >= 2 || points.rows == 0, "points have two coordinates")
      self.points = points
      self.caption = caption
    }
  }

  /// The views; each holds the same points in the same order.
  public let views: [View]
  /// The classes of each point; the first gives the color, and a point without a class is gray.
  public let labels: [[Int]]
  /// The name of each class, by its number.
  public let names: [String]
  /// The text shown when a pointer rests on each point.
  public let details: [String]
  /// The text above the pictures.
  public let caption: String
  /// The classes that occur, ascending.
  private let used: [Int]
  /// The place of each of them among ``classCount``.
  private let places: [Int: Int]
  private let classCount: Int

  /// Creates a map; `labels` and `details` must have one entry per point.
  public init(_ views: [View], labels: [[Int]], names: [String], details: [String], caption: String = "") {
    precondition(
      views.allSatisfy { $0.points.rows == labels.count } && details.count == labels.count, "a label a point")
    self.views = views
    self.labels = labels
    self.names = names
    self.details = details
    self.caption = caption
    used = Set(labels.joined()).sorted()
    // Named classes keep their colors from map to map; numbers with gaps are placed among those that occur.
    let isNamed = used.allSatisfy { $0 < names.count }
    places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, isNamed ? $1 : $0) })
    classCount = isNamed ? names.count : used.count
  }

  /// The HTML of the map; `id` tells it from other maps of the page.
  func html(id: String) -> String {
    let line = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    let figures = views.map { view in
      """
      <figure><svg viewBox="0 0 400 400" role="img" aria-label="\(escaped(view.caption))">
      \(marks(view.points).joined(separator: "\n"))
      </svg><figcaption>\(escaped(view.caption))</figcaption></figure>
      """
    }
    let rules = used.map { "#\(id):has(#\(id)-\($0):checked) .p:not(.k\($0))" }.joined(separator: ",\n")
    return """
      <figure class="map" id="\(id)">\(line)<style>\(used.isEmpty ? "" : "\(rules) { opacity: .05; }")</style>
      \(legend(id: id))
      <div class="views">
      \(figures.joined(separator: "\n"))
      </div></figure>
      """
  }

  private func legend(id: String) -> String {
    guard !used.isEmpty else { return "" }
    let all = "<li><label><input type=\"radio\" name=\"\(id)\" checked> all</label></li>"
    let entries = used.map { label in
      let swatch =
        "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\">\(mark(label, x: 5, y: 5, radius: 4, rest: "/>"))</svg>"
      return
        "<li><label><input type=\"radio\" name=\"\(id)\" id=\"\(id)-\(label)\"> \(swatch)\(escaped(name(label)))</label></li>"
    }
    let list = "<ul class=\"classes\">\(all)\(entries.joined())</ul>"
    return used.count <= 20
      ? list
      : "<details><summary>The \(used.count) classes: choose one to bring it out</summary>\(list)</details>"
  }

  private func marks(_ points: Matrix) -> [String] {
    let kept = (0..<points.rows).filter { points[$0, 0].isFinite && points[$0, 1].isFinite }
    let (x, y) = (kept.map { Double(points[$0, 0]) }, kept.map { Double(points[$0, 1]) })
    guard let left = x.min(), let right = x.max(), let low = y.min(), let high = y.max() else { return [] }
    // One scale for both axes, so that distances read true.
    let extent = max(right - left, high - low)
    let scale = extent > 0 ? 380 / extent : 1
    let radius = kept.count > 800 ? 2.6 : kept.count > 200 ? 3.4 : 4.5
    return zip(kept, zip(x, y)).map { row, place in
      let across = 200 + (place.0 - (left + right) / 2) * scale
      let down = 200 - (place.1 - (low + high) / 2) * scale
      let kinds = labels[row].map { " k\($0)" }.joined()
      return mark(
        labels[row].first, x: across, y: down, radius: radius,
        rest: " class=\"p\(kinds)\"><title>\(escaped(details[row]))</title></\(element(labels[row].first))>")
    }
  }

  private func name(_ label: Int) -> String { label < names.count ? names[label] : "\(label)" }

  private func place(_ label: Int?) -> Int { label.flatMap { places[$0] } ?? 0 }

  private func shape(_ label: Int?) -> Int { classCount > 10 && classCount <= 40 ? place(label) / 10 : 0 }

  private func element(_ label: Int?) -> String { shape(label) == 0 ? "circle" : "path" }

  private func color(_ label: Int?) -> String {
    guard let label else { return "var(--soft)" }
    guard classCount > 40 else { return "var(--m\(place(label) % 10))" }
    return "hsl(\(place(label) * 360 / classCount) var(--hue))"
  }

  private func mark(_ label: Int?, x: Double, y: Double, radius: Double, rest: String) -> String {
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    let fill = "fill=\"\(color(label))\""
    let r = radius
    switch shape(label) {
    case 0: return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(r))\" \(fill)\(rest)"
    case 1:
      let side = number(1.8 * r)
      return "<path d=\"M\(number(x - 0.9 * r)) \(number(y - 0.9 * r))h\(side)v\(side)h-\(side)z\" \(fill)\(rest)"
    case 2:
      return
        "<path d=\"M\(number(x)) \(number(y - 1.2 * r))l\(number(1.15 * r)) \(number(2 * r))h-\(number(2.3 * r))z\" \(fill)\(rest)"
    default:
      let half = number(1.25 * r)
      return
        "<path d=\"M\(number(x)) \(number(y - 1.25 * r))l\(half) \(half)l-\(half) \(half)l-\(half) -\(half)z\" \(fill)\(rest)"
    }
  }
}
