internal import CCodecs
internal import CGuarded
public import Foundation
public import MVCore
internal import MVFiles

extension Image {
  /// The image as the bytes of a PNG file.
  ///
  /// Throws where the pixels are not 8-bit with 1 or 3 channels.
  public func pngData() throws(MVError) -> Data {
    guard case .uint8(let pixels) = pixels, shape.channels == 1 || shape.channels == 3 else {
      throw .usage("PNG", "takes 8-bit images of 1 or 3 channels", remedy: "convert the image first")
    }
    var buffer: OpaquePointer?
    try check(
      mv_codec_encode_png(pixels, Int32(shape.height), Int32(shape.width), Int32(shape.channels), &buffer),
      during: "encoding a PNG")
    defer { mv_codec_buffer_free(buffer) }
    return Data(bytes: mv_codec_buffer_bytes(buffer), count: mv_codec_buffer_count(buffer))
  }

  /// Writes the image as a PNG file, whole or not at all.
  ///
  /// Throws where the pixels are not 8-bit with 1 or 3 channels, or the file cannot be written.
  public func writePNG(to url: URL) throws(MVError) {
    try AtomicFile.write(pngData(), to: url)
  }
}
