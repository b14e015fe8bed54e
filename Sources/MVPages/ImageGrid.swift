public import Foundation

/// Images side by side, each with a caption, embedded in the page.
public struct ImageGrid: Sendable {
  /// An image.
  public struct Item: Hashable, Sendable {
    /// A PNG file's bytes.
    public let png: Data
    /// What stands under it.
    public let caption: String

    /// An image and what stands under it.
    public init(png: Data, caption: String = "") {
      self.png = png
      self.caption = caption
    }
  }

  /// The images, row by row.
  public let items: [Item]
  /// Images a row; nil for as many as the page has room for.
  public let columns: Int?
  /// A line above the images.
  public let caption: String
  /// Whether enlarged pixels stay square: right for small images.
  public let pixelated: Bool

  /// A grid of images.
  public init(_ items: [Item], columns: Int? = nil, caption: String = "", pixelated: Bool = true) {
    self.items = items
    self.columns = columns
    self.caption = caption
    self.pixelated = pixelated
  }

  var html: String {
    let figures = items.map { item in
      let text = item.caption.isEmpty ? "" : "<figcaption>\(escaped(item.caption))</figcaption>"
      let kind = pixelated ? " class=\"pixelated\"" : ""
      return
        "<figure><img\(kind) alt=\"\(escaped(item.caption))\" src=\"data:image/png;base64,\(item.png.base64EncodedString())\">\(text)</figure>"
    }
    let layout =
      columns.map { "repeat(\(max(1, $0)), minmax(0, 1fr))" } ?? "repeat(auto-fill, minmax(7rem, 1fr))"
    let line = caption.isEmpty ? "" : "<figcaption>\(escaped(caption))</figcaption>"
    return """
      <figure>\(line)<div class="images" style="grid-template-columns: \(layout)">
      \(figures.joined(separator: "\n"))
      </div></figure>
      """
  }
}
