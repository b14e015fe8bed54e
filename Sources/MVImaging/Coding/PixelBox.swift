package import MVCore

/// A rectangle of whole pixels in an image.
package struct PixelBox: Hashable, Sendable {
  package var top: Int
  package var left: Int
  package var height: Int
  package var width: Int

  package init(top: Int, left: Int, height: Int, width: Int) {
    self.top = top
    self.left = left
    self.height = height
    self.width = width
  }

  /// All of an image.
  package init(_ size: ImageSize) { self.init(top: 0, left: 0, height: size.height, width: size.width) }
}
