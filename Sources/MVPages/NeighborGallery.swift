public import Foundation

/// A gallery of test images, each with the train images nearest to it.
public struct NeighborGallery: Sendable {
  /// An image, or an empty place where one cannot be read.
  public struct Picture: Hashable, Sendable {
    /// The bytes of a PNG file; nil where there is no image.
    public let png: Data?
    /// The name of the image's class, or of its classes.
    public let caption: String
    /// The text shown when a pointer rests on the image, for example its file.
    public let detail: String

    /// Creates a picture; `png` holds the bytes of a PNG file, or is nil for an empty place.
    public init(png: Data?, caption: String, detail: String = "") {
      self.png = png
      self.caption = caption
      self.detail = detail
    }
  }

  /// A train image near the test image.
  public struct Neighbor: Hashable, Sendable {
    /// The image.
    public let picture: Picture
    /// The similarity or distance to the test image, as text.
    public let value: String
    /// Whether the neighbor and the test image share a class.
    public let agrees: Bool

    /// Creates a neighbor; see the properties.
    public init(_ picture: Picture, value: String, agrees: Bool) {
      self.picture = picture
      self.value = value
      self.agrees = agrees
    }
  }

  /// One test image with its neighbors.
  public struct Case: Hashable, Sendable {
    /// The test image.
    public let query: Picture
    /// What the test image was predicted to be, or how many neighbors agree.
    public let verdict: String
    /// Whether the verdict is right.
    public let isRight: Bool
    /// The neighbors, nearest first.
    public let neighbors: [Neighbor]

    /// Creates a case; see the properties.
    public init(_ query: Picture, verdict: String, isRight: Bool, neighbors: [Neighbor]) {
      self.query = query
      self.verdict = verdict
      self.isRight = isRight
      self.neighbors = neighbors
    }
  }

  /// The test images with their neighbors, in the order shown.
  public let cases: [Case]
  /// The text above the gallery.
  public let caption: String
  /// Whether enlarged pixels stay square, as is right for small images.
  public let pixelated: Bool

  /// Creates a gallery; see the properties.
  public init(_ cases: [Case], caption: String = "", pixelated: Bool = true) {
    self.cases = cases
    self.caption = caption
    self.pixelated = pixelated
  }

  var html: String {
    let line = caption.isEmpty ? "" : "<p class=\"note\">\(escaped(caption))</p>"
    let parts = cases.map { entry in
      let neighbors = entry.neighbors.map { neighbor in
        """
        <li class="\(neighbor.agrees ? "yes" : "no")">\(image(neighbor.picture))<span>\(sign(neighbor.agrees)) \
        \(escaped(neighbor.picture.caption))</span><small>\(escaped(neighbor.value))</small></li>
        """
      }.joined(separator: "\n")
      return """
        <section class="case \(entry.isRight ? "yes" : "no")"><figure>\(image(entry.query))<figcaption>\
        <strong>\(escaped(entry.query.caption))</strong><span class="verdict">\(sign(entry.isRight)) \
        \(escaped(entry.verdict))</span></figcaption></figure>
        <ol>\(neighbors)</ol></section>
        """
    }
    return "<div class=\"gallery\(pixelated ? " pixelated" : "")\">\(line)\n\(parts.joined(separator: "\n"))\n</div>"
  }

  /// A mark of right or wrong, with a word for those who hear the page or do not see its colors.
  private func sign(_ isRight: Bool) -> String {
    isRight ? "<b aria-label=\"right\">✓</b>" : "<b aria-label=\"wrong\">✗</b>"
  }

  private func image(_ picture: Picture) -> String {
    let hint = escaped(picture.detail.isEmpty ? picture.caption : picture.detail)
    guard let png = picture.png else { return "<div class=\"absent\" title=\"\(hint)\">no image</div>" }
    return
      "<img alt=\"\(escaped(picture.caption))\" title=\"\(hint)\" src=\"data:image/png;base64,\(png.base64EncodedString())\">"
  }
}
