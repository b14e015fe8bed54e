package import MVCore
package import MVImaging

/// The image that a row is made of, before it is brought to the size of its split.
package struct Photograph: Sendable {
  private enum Origin: Sendable {
    case file(ImageFiles, String)
    case image(any ImageSource, SourceSplit, row: Int)
  }

  /// How the row is made of it; nil where it is the image as it is.
  package let framing: Framing?
  private let origin: Origin

  /// An image file of those in `files`.
  init(_ name: String, of files: ImageFiles) {
    origin = .file(files, name)
    framing = files.framing
  }

  /// An image of a source, which is framed as `framing` says.
  init(row: Int, of split: SourceSplit, in source: any ImageSource, framing: Framing) {
    origin = .image(source, split, row: row)
    self.framing = framing
  }

  /// What the file says before it is decoded; nil where it says nothing, or is none.
  package var header: FoundHeader? {
    guard case .file(let files, let name) = origin else { return nil }
    return files.found(name)
  }

  /// The size of the image before it is framed; nil where that is not known without decoding it.
  package var size: ImageSize? {
    switch origin {
    case .file(let files, let name): files.size(of: name)
    case .image(_, let split, _): ImageSize(height: split.shape.height, width: split.shape.width)
    }
  }

  /// Reads the image's bytes; throws where that fails or they are no image, and where its pixels are not 8-bit.
  package func reader() throws(MVError) -> ImageReader {
    switch origin {
    case .file(let files, let name): return try files.reader(of: name)
    case .image(let source, let split, let row):
      let batch = try source.images(row..<row + 1, of: split)
      let shape = try batch.shape.inColor(source.contents.location)
      return ImageReader(
        RGBImage(height: shape.height, width: shape.width, pixels: try batch.bytesInColor(source.contents.location)))
    }
  }
}

/// A source whose rows are made of larger images: of files that are decoded, or of others that are scaled.
package protocol PhotographSource: ImageSource {
  /// The image that a row is made of; nil where rows are stored as they are.
  func photograph(of row: Int, in split: SourceSplit) -> Photograph?
}

/// What an image file says of its image before that is decoded.
package struct FoundHeader: Hashable, Sendable {
  /// The size that decoding gives; nil where that is not known, or images are brought to one size.
  package let size: ImageSize?
  /// Whether EXIF says that the image lies on its side or its head, and decoding leaves it so.
  package let isLeftTurned: Bool
}
