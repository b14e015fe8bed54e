internal import CCodecs
package import Foundation
package import MVCore

/// One image of which views are wanted: what is decoded for one serves the next.
///
/// By ``Decoding/Method/exact`` all views are those of the whole image. By ``Decoding/Method/fast`` each comes from the
/// smallest fraction of a JPEG that is not smaller than the view, whatever views there are besides. For one thread.
package final class ImageReader {
  private let file: (bytes: Data, name: String, decoding: Decoding)?
  /// The whole image at the fractions that it was decoded at.
  private var whole: [Int: RGBImage] = [:]
  /// Whether a fraction or a part of the file may be decoded instead of the whole.
  private let isPartial: Bool
  /// The size of the image, upright where that was asked for.
  package let size: ImageSize

  /// Reads the header of an image file; throws where it is no image or promises too many pixels.
  package init(_ bytes: Data, name: String, _ decoding: Decoding) throws(MVError) {
    file = (bytes, name, decoding)
    let header = try Self.open(bytes, name, decoding) { (image) throws(MVError) in
      (shape: image.shape(), isJPEG: image.info.format == MVCodecJPEG)
    }
    size = ImageSize(height: header.shape.height, width: header.shape.width)
    isPartial = decoding.method == .fast && header.isJPEG
  }

  /// Takes pixels that are at hand.
  package init(_ image: RGBImage) {
    file = nil
    isPartial = false
    size = ImageSize(height: image.height, width: image.width)
    whole = [1: image]
  }

  /// All of the image at its full size; throws where the file is damaged.
  package func image() throws(MVError) -> RGBImage { try decoded(at: 1) }

  /// The image framed, or all of it where `framing` is nil; throws where the file is damaged.
  package func image(framed framing: Framing?) throws(MVError) -> RGBImage {
    if let framing { try framed(framing) } else { try image() }
  }

  /// The image scaled and cut as `framing` says; throws where the file is damaged or the cut larger than the image.
  package func framed(_ framing: Framing) throws(MVError) -> RGBImage {
    let scaled = framing.scaledSize(of: size)
    let denominator = denominator(for: PixelBox(size), to: scaled)
    guard denominator > 1 else { return try RGBImage(try image().image.framed(framing)) }
    let whole = try decoded(at: denominator).image
    // As Pillow's thumbnails: the last pixel of a fraction that does not come out even counts in part.
    let part = try whole.resampled(
      x: 0..<Double(size.width) / Double(denominator), y: 0..<Double(size.height) / Double(denominator), to: scaled,
      framing.interpolation)
    return try RGBImage(try part.centerCropped(to: framing.size))
  }

  /// A part of the image, scaled to `size`; throws where what is decoded of the file is damaged.
  package func resized(_ box: PixelBox, to size: ImageSize, _ filter: Resampling) throws(MVError) -> RGBImage {
    let denominator = denominator(for: box, to: size)
    guard let file, isPartial, denominator > 1 || whole[1] == nil else {
      return try image().resized(
        top: box.top, left: box.left, height: box.height, width: box.width, to: size, filter)
    }
    // The pixels of the fraction that the box touches.
    let (top, left) = (box.top / denominator, box.left / denominator)
    let region = PixelBox(
      top: top, left: left, height: (box.top + box.height + denominator - 1) / denominator - top,
      width: (box.left + box.width + denominator - 1) / denominator - left)
    let part = try Self.open(file.bytes, file.name, file.decoding) { (image) throws(MVError) in
      try image.image(at: denominator, region)
    }
    func range(_ start: Int, _ length: Int, from origin: Int) -> Range<Double> {
      let (from, to) = (Double(start) / Double(denominator), Double(start + length) / Double(denominator))
      return from - Double(origin)..<to - Double(origin)
    }
    return try RGBImage(
      try part.resampled(
        x: range(box.left, box.width, from: left), y: range(box.top, box.height, from: top), to: size, filter))
  }

  /// The fraction that is decoded for a view of `box`: 1, or up to an eighth.
  private func denominator(for box: PixelBox, to size: ImageSize) -> Int {
    guard isPartial else { return 1 }
    return [8, 4, 2].first { $0 * size.height <= box.height && $0 * size.width <= box.width } ?? 1
  }

  private func decoded(at denominator: Int) throws(MVError) -> RGBImage {
    if let image = whole[denominator] { return image }
    guard let file else { throw .internalFault("an image", "has no pixels") }
    let image = try RGBImage(
      try Self.open(file.bytes, file.name, file.decoding) { (image) throws(MVError) in
        try image.image(at: denominator)
      })
    whole[denominator] = image
    return image
  }

  private static func open<Value>(
    _ bytes: Data, _ name: String, _ decoding: Decoding, _ body: (borrowing CodecImage) throws(MVError) -> Value
  ) throws(MVError) -> Value {
    let result: Result<Value, MVError> = bytes.withUnsafeBytes { raw in
      Result { () throws(MVError) -> Value in try body(CodecImage(raw, name: name, decoding)) }
    }
    return try result.get()
  }
}
