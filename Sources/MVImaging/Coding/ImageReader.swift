internal import CCodecs
package import Foundation
package import MVCore

/// One image of which views are wanted: what is decoded for one serves the next.
///
/// By ``Decoding/Method/exact`` all views are those of the whole image. By ``Decoding/Method/fast`` each comes from the
/// smallest fraction of a JPEG that is not smaller than the view, whatever views there are besides. For one thread.
package final class ImageReader {
  private let file: (bytes: Data, name: String, decoding: Decoding)?
  /// The whole image, once it was decoded.
  private var whole: RGBImage?
  /// Whether several views are wanted, for which the whole is decoded once: it changes the time, and no pixel.
  package var isForSeveralViews = false
  /// Whether a part of the file may be decoded instead of the whole.
  private let isPartial: Bool
  /// Whether a fraction may, whose last row and column are parts of a pixel: they stand first where an image is turned.
  private let hasFractions: Bool
  /// The size of the image, upright where that was asked for.
  package let size: ImageSize

  /// Reads the header of an image file; throws where it is no image or promises too many pixels.
  package init(_ bytes: Data, name: String, _ decoding: Decoding) throws(MVError) {
    file = (bytes, name, decoding)
    let header = try Self.open(bytes, name, decoding) { (image) throws(MVError) in
      (shape: image.shape(), isJPEG: image.info.format == MVCodecJPEG, isTurned: image.info.orientation > 1)
    }
    size = ImageSize(height: header.shape.height, width: header.shape.width)
    isPartial = decoding.method == .fast && header.isJPEG
    hasFractions = isPartial && !(decoding.honorsOrientation && header.isTurned)
  }

  /// Takes pixels that are at hand.
  package init(_ image: RGBImage) {
    file = nil
    (isPartial, hasFractions) = (false, false)
    size = ImageSize(height: image.height, width: image.width)
    whole = image
  }

  /// All of the image at its full size; throws where the file is damaged.
  package func image() throws(MVError) -> RGBImage {
    if let whole { return whole }
    let image = try RGBImage(try decoded(at: 1, nil))
    whole = image
    return image
  }

  /// The image framed, or all of it where `framing` is nil; throws where the file is damaged.
  package func image(framed framing: Framing?) throws(MVError) -> RGBImage {
    if let framing { try framed(framing) } else { try image() }
  }

  /// The image scaled and cut as `framing` says; throws where the file is damaged or the cut larger than the image.
  package func framed(_ framing: Framing) throws(MVError) -> RGBImage {
    guard isPartial else { return try RGBImage(try image().image.framed(framing)) }
    let scaled = framing.scaledSize(of: size)
    let denominator = denominator(for: PixelBox(size), to: scaled)
    let cut = try scaled.center(framing.size)
    // What the cut shows of the image at that fraction; the last pixel of one that does not come out even is a part.
    let across = Double(size.width) / Double(denominator * scaled.width)
    let down = Double(size.height) / Double(denominator * scaled.height)
    let x = Double(cut.left) * across..<Double(cut.left + cut.width) * across
    let y = Double(cut.top) * down..<Double(cut.top + cut.height) * down
    let whole = ImageSize(
      height: (size.height + denominator - 1) / denominator, width: (size.width + denominator - 1) / denominator)
    let (columns, rows) = (
      framing.interpolation.pixels(x, scale: across, of: whole.width),
      framing.interpolation.pixels(y, scale: down, of: whole.height)
    )
    let shown = PixelBox(
      top: rows.lowerBound, left: columns.lowerBound, height: rows.count, width: columns.count)
    let part = try decoded(at: denominator, shown)
    return try RGBImage(
      try part.resampled(
        x: x.lowerBound - Double(columns.lowerBound)..<x.upperBound - Double(columns.lowerBound),
        y: y.lowerBound - Double(rows.lowerBound)..<y.upperBound - Double(rows.lowerBound), to: framing.size,
        framing.interpolation))
  }

  /// A part of the image, scaled to `size`; throws where what is decoded of the file is damaged.
  package func resized(_ box: PixelBox, to size: ImageSize, _ filter: Resampling) throws(MVError) -> RGBImage {
    let denominator = denominator(for: box, to: size)
    guard isPartial, denominator > 1 || whole == nil else {
      return try image().resized(
        top: box.top, left: box.left, height: box.height, width: box.width, to: size, filter)
    }
    // The pixels of the fraction that the box touches.
    let (top, left) = (box.top / denominator, box.left / denominator)
    let region = PixelBox(
      top: top, left: left, height: (box.top + box.height + denominator - 1) / denominator - top,
      width: (box.left + box.width + denominator - 1) / denominator - left)
    let part = try decoded(at: denominator, region)
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
    guard hasFractions else { return 1 }
    return [8, 4, 2].first { $0 * size.height <= box.height && $0 * size.width <= box.width } ?? 1
  }

  /// A part of the image at a fraction of its size.
  private func decoded(at denominator: Int, _ region: PixelBox?) throws(MVError) -> Image {
    if let region, denominator == 1, isForSeveralViews || whole != nil {
      return try image().image.cropped(
        top: region.top, left: region.left, to: ImageSize(height: region.height, width: region.width))
    }
    guard let file else { throw .internalFault("an image", "has no pixels") }
    return try Self.open(file.bytes, file.name, file.decoding) { (image) throws(MVError) in
      try image.image(at: denominator, region)
    }
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
