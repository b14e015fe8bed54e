internal import CGuarded
internal import COpenCV
public import Foundation
public import MVCore
internal import MVFiles

/// Options for reading image files.
public struct Decoding: Hashable, Sendable, Codable {
  /// Whether the EXIF orientation turns the image upright; torchvision and most published protocols ignore it.
  public var honorsOrientation: Bool

  /// Creates options; by default orientation is ignored, as torchvision's image folders do.
  public init(honorsOrientation: Bool = false) { self.honorsOrientation = honorsOrientation }
}

extension Image {
  /// Reads an image file (JPEG, PNG, WebP, BMP, TIFF, PNM) as 8-bit RGB; gray becomes three equal channels.
  ///
  /// Throws where the file is missing, is no image, is cut off, or has more than 8 bits per channel.
  public init(contentsOf url: URL, decoding: Decoding = Decoding()) throws(MVError) {
    try self.init(decoding: WholeFile.bytes(of: url), name: url.path, decoding)
  }

  /// Decodes the bytes of an image file as 8-bit RGB; errors call the image `name`.
  ///
  /// Throws where the bytes are no image, are cut off, or have more than 8 bits per channel.
  public init(decoding bytes: Data, name: String, _ decoding: Decoding = Decoding()) throws(MVError) {
    guard !bytes.isEmpty else {
      throw .badData(name, "is empty", remedy: "replace or delete the file")
    }
    guard bytes.count <= Int(Int32.max) else { throw .badData(name, "is larger than 2 GiB", remedy: "make it smaller") }
    if JPEGStructure.isJPEG(bytes), !JPEGStructure.isComplete(bytes) {
      throw .badData(name, "is a JPEG file that is cut off", remedy: "replace or delete the file")
    }
    if PNGStructure.isPNG(bytes), !PNGStructure.isComplete(bytes) {
      throw .badData(name, "is a PNG file that is cut off", remedy: "replace or delete the file")
    }
    // OpenCV turns JPEG and PNG; that of WebP is read by few of its versions, so it is done here for all.
    let isWebP = bytes.starts(with: Array("RIFF".utf8))
    let isTurnedHere = isWebP && decoding.honorsOrientation
    var decoded: OpaquePointer?
    var format = MVCVSourceFormat()
    let status = bytes.withUnsafeBytes { raw in
      mvcv_decode(
        raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count,
        decoding.honorsOrientation && !isWebP ? 1 : 0, &format, &decoded)
    }
    if status == GuardedLibraryError {
      // OpenCV throws on headers that promise more than its limits; to the user that is a file that cannot be used.
      throw .badData(name, "cannot be decoded", remedy: "replace or delete the file")
    }
    try check(status, during: "decoding \(name)")
    guard let decoded else {
      throw format.bits > 8
        ? .badData(name, "has \(format.bits) bits a channel", remedy: "convert it to 8 bits a channel")
        : .badData(name, "is not an image that can be decoded", remedy: "replace or delete the file")
    }
    defer { mvcv_image_free(decoded) }
    let shape = ImageShape(
      height: Int(mvcv_image_height(decoded)), width: Int(mvcv_image_width(decoded)), channels: 3)
    let pixels = [UInt8](unsafeUninitializedCapacity: shape.count) { buffer, count in
      mvcv_image_copy(decoded, buffer.baseAddress)
      count = shape.count
    }
    self.init(shape: shape, pixels: .uint8(pixels))
    if isTurnedHere, let orientation = ImageHeader(bytes)?.orientation { self = turnedUpright(from: orientation) }
  }
}
