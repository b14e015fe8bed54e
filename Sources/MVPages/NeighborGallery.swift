public import Foundation

/// Test images, each with the train images nearest to it.
public struct NeighborGallery: Sendable {
  /// An image, or the place of one that cannot be read.
  public struct Picture: Hashable, Sendable {
    /// A PNG file's bytes; nil where there is no image.
    public let png: Data?
    /// Its class, or classes.
    public let caption: String
    /// What a pointer over it tells, such as where it came from.
    public let detail: String

    /// An image.
    public init(png: Data?, caption: String, detail: String = "") {
      self.png = png
      self.caption = caption
      self.detail = detail
    }
  }

  /// A train image.
  public struct Neighbor: Hashable, Sendable {
    /// The image.
    public let picture: Picture
    /// Its similarity or distance, as written.
    public let value: String
    /// Whether its class is the test image's, or one of several is.
    public let agrees: Bool

    /// A train image.
    public init(_ picture: Picture, value: String, agrees: Bool) {
      self.picture = picture
      self.value = value
      self.agrees = agrees
    }
  }

  /// A test image and its neighbors.
  public struct Case: Hashable, Sendable {
    /// The test image.
    public let query: Picture
    /// What it was taken for, or how many neighbors agree.
    public let verdict: String
    /// Whether that is right.
    public let isRight: Bool
    /// Its neighbors, nearest first.
    public let neighbors: [Neighbor]

    /// A test image and its neighbors.
    public init(_ query: Picture, verdict: String, isRight: Bool, neighbors: [Neighbor]) {
      self.query = query
      self.verdict = verdict
      self.isRight = isRight
      self.neighbors = neighbors
    }
  }

  /// The test images.
  public let cases: [Case]
  /// A line above them.
  public let caption: String
  /// Whether enlarged pixels stay square: right for small images.
  public let pixelated: Bool

  /// A gallery.
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

  /// In words for those who hear the page or do not see the colors.
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
