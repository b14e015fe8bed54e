internal import Foundation
internal import MVCore
internal import MVImaging

/// Image files of a data set, decoded and brought to one size.
struct ImageFiles: Sendable {
  let tree: FileTree
  /// Each image is resized to cover this and cut to its center; without, all must have one size.
  let size: ImageSize?
  let decoding: Decoding

  /// The shape of all images: that of ``size``, or of the first image that can be read.
  ///
  /// A bad image is reported when its row is read.
  func shape(of names: [String]) throws(MVError) -> ImageShape {
    if let size { return ImageShape(height: size.height, width: size.width, channels: 3) }
    var first: MVError?
    for name in names.prefix(100) {
      do throws(MVError) { return try image(name).shape } catch { first = first ?? error }
    }
    throw first ?? .missingInput(tree.path, "holds no images")
  }

  /// The images called `names`, all of `shape`.
  func images(_ names: [String], shape: ImageShape) throws(MVError) -> ImageBatch {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(names.count * shape.count)
    for name in names {
      var image = try image(name)
      if let size { image = try image.covering(size) }
      guard image.shape == shape, case .uint8(let values) = image.pixels else {
        throw .badData(
          tree.path(of: name),
          "is \(image.shape.height)x\(image.shape.width), the first image is \(shape.height)x\(shape.width)",
          remedy: "give --size HxW to bring all images to one size")
      }
      pixels += values
    }
    return ImageBatch(count: names.count, shape: shape, pixels: .uint8(pixels))
  }

  /// What changes the pixels, added to a fingerprint.
  func addSettings(to fingerprint: inout Fingerprint) {
    if let size { fingerprint.add("size \(size)") }
    if decoding.honorsOrientation { fingerprint.add("exif") }
  }

  /// A notice of the images among `names` that are not there, or nil.
  func notice(ofMissing names: [String], in split: String) -> String? {
    let missing = names.filter { !tree.contains($0) }
    guard let first = missing.first else { return nil }
    return "\(split): \(missing.count) of \(names.count) images listed are not there, for example \(first)"
  }

  private func image(_ name: String) throws(MVError) -> Image {
    try Image(decoding: try tree.bytes(of: name), name: tree.path(of: name), decoding)
  }
}
