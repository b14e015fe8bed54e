public import Foundation

/// A grid of images, each with a caption, embedded in the page.
public struct ImageGrid: Sendable {
  /// One image with its caption.
  public struct Item: Hashable, Sendable {
    /// The bytes of a PNG file.
    public let png: Data
    /// The text under the image.
    public let caption: String

    /// Creates an item; `png` holds the bytes of a PNG file.
    public init(png: Data, caption: String = "") {
      self.png = png
      self.caption = caption
    }
  }

  /// The images, from left to right and from the top.
  public let items: [Item]
  /// Images per row; nil for as many as fit.
  public let columns: Int?
  /// The text above the images.
  public let caption: String
  /// Whether enlarged pixels stay square, as is right for small images.
  public let pixelated: Bool

  /// Creates a grid of images; see the properties.
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
