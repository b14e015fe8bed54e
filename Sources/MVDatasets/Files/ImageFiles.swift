internal import Foundation
internal import MVCore
internal import MVImaging

/// The image files of a data set, decoded and resized to one size.
struct ImageFiles: Sendable {
  let tree: FileTree
  /// How each image is brought to one size; if nil, all images must have one.
  let framing: Framing?
  let decoding: Decoding

  /// The shape of all images: that of ``framing``, or of the first image that can be read.
  ///
  /// Throws where none of the first hundred images can be read; other bad images are reported when their rows are read.
  func shape(of names: [String]) throws(MVError) -> ImageShape {
    if let size = framing?.size { return ImageShape(height: size.height, width: size.width, channels: 3) }
    var first: MVError?
    for name in names.prefix(100) {
      do throws(MVError) { return try reader(of: name).image().image.shape } catch { first = first ?? error }
    }
    throw first ?? .missingInput(tree.path, "holds no images")
  }

  /// Reads the images called `names`; throws where one cannot be read or does not have `shape`.
  func images(_ names: [String], shape: ImageShape) throws(MVError) -> ImageBatch {
    var pixels: [UInt8] = []
    if names.count > 1 {
      try LargeArray.check(names.count * shape.count, for: "\(names.count) images of \(tree.path)")
      pixels.reserveCapacity(names.count * shape.count)
    }
    for name in names {
      let reader = try reader(of: name)
      let image = try reader.image(framed: framing)
      guard image.height == shape.height, image.width == shape.width else {
        throw .badData(
          tree.path(of: name),
          "is \(image.height)x\(image.width), the first image is \(shape.height)x\(shape.width)",
          remedy: "give --size HxW to bring all images to one size")
      }
      // One image may be as large as all that there is room for.
      if names.count == 1 { pixels = image.pixels } else { pixels += image.pixels }
    }
    return ImageBatch(count: names.count, shape: shape, pixels: .uint8(pixels))
  }

  /// What the file of an image says before it is decoded; nil where that is not known.
  func found(_ name: String) -> FoundHeader? {
    guard let header = header(of: name) else { return nil }
    return FoundHeader(
      size: framing == nil ? header.size(decoding) : nil, isLeftTurned: header.isLeftTurned(decoding))
  }

  /// The size of an image before it is framed; nil where that is not known without decoding it.
  func size(of name: String) -> ImageSize? { header(of: name)?.size(decoding) }

  private func header(of name: String) -> ImageHeader? {
    guard let head = tree.head(of: name, ImageHeader.usualLength) else { return nil }
    let first = ImageHeader(head)
    // The size of a TIFF file, and the orientation of a WebP file, may stand at the end.
    guard first?.orientation == nil, head.count == ImageHeader.usualLength, let bytes = try? tree.bytes(of: name) else {
      return first
    }
    return ImageHeader(bytes)
  }

  /// Adds the settings that change the pixels to a fingerprint.
  func addSettings(to fingerprint: inout Fingerprint) {
    if let framing { fingerprint.add("size \(framing)") }
    if decoding.honorsOrientation { fingerprint.add("exif") }
    if decoding.method != .exact { fingerprint.add("decode \(decoding.method.rawValue)") }
    if decoding.sixteenBits != .refuse { fingerprint.add("16 bits \(decoding.sixteenBits.rawValue)") }
    if decoding.alpha != .drop { fingerprint.add("alpha \(decoding.alpha.rawValue)") }
  }

  /// A notice about the images among `names` that are missing, or nil where there are none.
  func notice(ofMissing names: [String], in split: String) -> String? {
    let missing = names.filter { !tree.contains($0) }
    guard let first = missing.first else { return nil }
    return "\(split): \(missing.count) of \(names.count) images listed are not there, for example \(first)"
  }

  /// Reads the bytes of an image; throws where that fails or they are no image.
  func reader(of name: String) throws(MVError) -> ImageReader {
    try ImageReader(try tree.bytes(of: name), name: tree.path(of: name), decoding)
  }
}
