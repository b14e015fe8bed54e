public import Foundation
public import MVCore
internal import MVFiles

extension Image {
  /// Reads an image file (JPEG, PNG, WebP, TIFF, GIF, BMP, PNM) as 8-bit RGB; gray becomes three equal channels.
  ///
  /// Throws where the file is missing, is no image, is cut off or damaged, or has more than 8 bits per channel.
  public init(contentsOf url: URL, decoding: Decoding = Decoding()) throws(MVError) {
    try self.init(decoding: WholeFile.bytes(of: url), name: url.path, decoding)
  }

  /// Decodes the bytes of an image file as 8-bit RGB; errors call the image `name`.
  ///
  /// Throws where the bytes are no image, are cut off or damaged, or have more than 8 bits per channel.
  public init(decoding bytes: Data, name: String, _ decoding: Decoding = Decoding()) throws(MVError) {
    let decoded: Result<Image, MVError> = bytes.withUnsafeBytes { raw in
      Result { () throws(MVError) -> Image in try CodecImage(raw, name: name, decoding).image() }
    }
    self = try decoded.get()
  }
}
