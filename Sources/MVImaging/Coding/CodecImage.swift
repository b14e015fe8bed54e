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
  /// than the limit or more than 8 bits per channel.
  init(_ bytes: UnsafeRawBufferPointer, name: String, _ decoding: Decoding) throws(MVError) {
    var options = MVCodecOptions(decoding)
    options.pixel_limit = Int64(decoding.pixelLimit)
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

  /// The decoded image, or a part of it; throws where what is decoded of the file is cut off or damaged.
  ///
  /// What the codec warned of is kept for ``DecodingWarnings``.
  func image(at denominator: Int = 1, _ region: PixelBox? = nil) throws(MVError) -> Image {
    var shape = shape(at: denominator)
    if let region { shape = ImageShape(height: region.height, width: region.width, channels: shape.channels) }
    let pixels = try LargeArray.make(
      shape.count, for: "decoding \(name)", remedy: "use fewer jobs, or lower --max-pixels"
    ) { (buffer: UnsafeMutableBufferPointer<UInt8>) throws(MVError) in
      var problem = MVCodecNoProblem
      var part = MVCodecRegion(region ?? PixelBox(top: 0, left: 0, height: 0, width: 0))
      let status = withUnsafePointer(to: &part) {
        mv_codec_read(handle, Int32(denominator), region == nil ? nil : $0, buffer.baseAddress, &problem)
      }
      try Self.check(status, problem, name)
    }
    let warnings = String(cString: mv_codec_warnings(handle))
    if !warnings.isEmpty { DecodingWarnings.add(warnings, of: name) }
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
    case MVCodecTooLarge: "make it smaller, or give --max-pixels N"
    case MVCodecTooDeep: "give --sixteen-bits round, or convert it to 8 bits a channel"
    default: "replace or delete the file"
    }
  }
}

extension MVCodecOptions {
  fileprivate init(_ decoding: Decoding) {
    self.init()
    honors_orientation = decoding.honorsOrientation ? 1 : 0
    sixteen =
      switch decoding.sixteenBits {
      case .refuse: MVCodecRefuseSixteen
      case .round: MVCodecRoundSixteen
      case .pillow: MVCodecPillowSixteen
      }
    alpha = decoding.alpha == .drop ? MVCodecDropAlpha : MVCodecComposeAlpha
    background = decoding.alpha == .white ? (255, 255, 255) : (0, 0, 0)
  }
}

extension MVCodecRegion {
  fileprivate init(_ box: PixelBox) {
    self.init(x: Int32(box.left), y: Int32(box.top), width: Int32(box.width), height: Int32(box.height))
  }
}
