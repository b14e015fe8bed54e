package import MVCore

/// What an image file says of its image before that is decoded.
package struct FoundHeader: Hashable, Sendable {
  /// The size that decoding gives; nil where that is not known, or images are brought to one size.
  package let size: ImageSize?
  /// Whether EXIF says that the image lies on its side or its head, and decoding leaves it so.
  package let isLeftTurned: Bool
}

/// A source of image files, which say their size before they are decoded.
package protocol ImageFileSource: ImageSource {
  /// What the file of a row says of its image; nil where it says nothing.
  func header(of row: Int, in split: SourceSplit) -> FoundHeader?
}
