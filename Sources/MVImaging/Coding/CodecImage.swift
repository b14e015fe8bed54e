internal import CCodecs
internal import CGuarded
internal import MVCore

/// An image file whose header has been read, for as long as its bytes are at hand.
struct CodecImage: ~Copyable {
  private let handle: OpaquePointer
  private let name: String

  /// Reads the header.
  ///
  /// Throws where the bytes are no image, are cut off, damaged or of a kind that is not decoded, or promise more pixels
  /// than the limit or more than 8 bits per channel. A limit of 0 stands for Pillow's, 178,956,970 pixels.
  init(
    _ bytes: UnsafeRawBufferPointer, name: String, _ decoding: Decoding, pixelLimit: Int = 0,
    sixteenBits: MVCodecSixteen = MVCodecRefuseSixteen
  ) throws(MVError) {
    var options = MVCodecOptions()
    options.honors_orientation = decoding.honorsOrientation ? 1 : 0
    options.pixel_limit = Int64(pixelLimit)
    options.sixteen = sixteenBits
    var opened: OpaquePointer?
    var problem = MVCodecNoProblem
    let status = mv_codec_open(
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &options, &opened, &problem)
    try Self.check(status, problem, name)
    guard let opened else { throw .internalFault("decoding \(name)", "gave no image and no error") }
    handle = opened
    self.name = name
  }

  deinit { mv_codec_free(handle) }

  /// What the file says of itself.
  var info: MVCodecInfo {
    var info = MVCodecInfo()
    mv_codec_info(handle, &info)
    return info
  }

  /// The size of the decoded image, and that of a JPEG at a half, a quarter or an eighth.
  func shape(at denominator: Int = 1) -> ImageShape {
    var shape = MVCodecShape()
    mv_codec_shape(handle, Int32(denominator), &shape)
    return ImageShape(height: Int(shape.height), width: Int(shape.width), channels: Int(shape.channels))
  }

  /// The decoded image; throws where the file is cut off or damaged.
  func image(at denominator: Int = 1) throws(MVError) -> Image {
    let shape = shape(at: denominator)
    var status = GuardedOK
    var problem = MVCodecNoProblem
    let pixels = [UInt8](unsafeUninitializedCapacity: shape.count) { buffer, count in
      status = mv_codec_read(handle, Int32(denominator), nil, buffer.baseAddress, &problem)
      count = status == GuardedOK ? shape.count : 0
    }
    try Self.check(status, problem, name)
    return Image(shape: shape, pixels: .uint8(pixels))
  }

  private static func check(_ status: GuardedStatus, _ problem: MVCodecProblem, _ name: String) throws(MVError) {
    guard status == GuardedLibraryError else {
      return try MVImaging.check(status, during: "decoding \(name)")
    }
    throw .badData(name, String(cString: guarded_last_message()), remedy: remedy(problem))
  }

  private static func remedy(_ problem: MVCodecProblem) -> String {
    switch problem {
    case MVCodecUnsupported: "convert it to JPEG or PNG"
    case MVCodecTooLarge: "make it smaller"
    case MVCodecTooDeep: "convert it to 8 bits a channel"
    default: "replace or delete the file"
    }
  }
}
