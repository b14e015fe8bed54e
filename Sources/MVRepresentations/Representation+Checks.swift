internal import CKernels
internal import MVCore

extension Representation {
  /// Throws a usage error naming the first setting that is out of its range: properties can be given any value.
  func checkSettings() throws(MVError) {
    var copy = self
    for (key, value) in settingValues.sorted(by: { $0.key < $1.key }) { try copy.set(key, to: value) }
  }

  /// Throws unless images of `shape` are gray or RGB.
  func checkChannels(of shape: ImageShape) throws(MVError) {
    guard shape.channels == 1 || shape.channels == 3 else {
      throw .badData(
        "images of \(shape)", "have \(shape.channels) channels; \(Self.name) takes grey (1) or RGB (3)",
        remedy: "convert them first")
    }
  }

  /// 8-bit images as they are, floats scaled by 255 and rounded to nearest; throws for a value outside 0...1.
  func bytes(of images: ImageBatch) throws(MVError) -> ImageBatch {
    guard case .float32(let values) = images.pixels, !values.isEmpty else { return images }
    var bytes = [UInt8](repeating: 0, count: values.count)
    let done = values.withUnsafeBufferPointer { values in
      bytes.withUnsafeMutableBufferPointer { bytes in
        mvk_unit_to_uint8(values.baseAddress, bytes.baseAddress, values.count)
      }
    }
    guard done == values.count else {
      throw .badData(
        images.place(of: done), "is \(values[done]), and \(Self.name) takes floats in 0...1 only",
        remedy: "scale the pixels to 0...1, or give 8-bit images")
    }
    return ImageBatch(count: images.count, shape: images.shape, pixels: .uint8(bytes))
  }

  /// The layout of rows of `images`, once the settings, the size of the buffer and the pixels have been checked.
  func checkedLayout(for images: ImageBatch, values: Int) throws(MVError) -> FeatureLayout {
    let layout = try layout(for: images.shape)
    guard values == images.count * layout.count else {
      throw .usage(
        "buffer of \(values) values", "does not hold \(images.count) rows of \(Self.name)",
        remedy: "it takes \(images.count) x \(layout.count) = \(images.count * layout.count)")
    }
    try images.checkPixels()
    return layout
  }
}

extension ImageBatch {
  /// The largest absolute value of a float pixel: beyond it, sums of squares would leave single precision.
  static let largestPixel: Float = 1e15

  /// Throws for the first pixel that is not a number of reasonable size.
  func checkPixels() throws(MVError) {
    guard case .float32(let values) = pixels else { return }
    let first = values.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { mvk_first_beyond($0, buffer.count, Self.largestPixel) } ?? 0
    }
    guard first < values.count else { return }
    throw .badData(
      place(of: first),
      values[first].isFinite ? "is \(values[first]), beyond 1e15" : "is \(values[first]), not a number",
      remedy: "repair or leave out the image")
  }

  /// Where the value at `index` stands, for error messages.
  func place(of index: Int) -> String {
    let (image, rest) = index.quotientAndRemainder(dividingBy: shape.count)
    let (pixel, channel) = rest.quotientAndRemainder(dividingBy: shape.channels)
    return
      "image \(image)\(Self.ofTheBatch), row \(pixel / shape.width), column \(pixel % shape.width), channel \(channel)"
  }

  private static let ofTheBatch = " of the batch"

  /// An error of `place(of:)` in a part of a batch, for the whole of it: the part starts with image `start`.
  static func renumbered(_ error: MVError, by start: Int) -> MVError {
    guard start > 0, error.subject.hasPrefix("image "), let end = error.subject.firstRange(of: ofTheBatch)?.lowerBound,
      let image = Int(error.subject[..<end].dropFirst("image ".count))
    else { return error }
    return MVError(
      error.kind, "image \(image + start)\(error.subject[end...])", error.problem, remedy: error.remedy)
  }

  /// Calls `bytes` or `floats`, by the type of the pixels, with each image, its row of `width` values and scratch memory.
  func eachRow(
    of width: Int, in rows: inout MutableSpan<Float>, scratch: Int,
    bytes: (UnsafePointer<UInt8>, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void,
    floats: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void
  ) {
    guard count > 0 else { return }
    rows.withUnsafeMutableBufferPointer { rows in
      withUnsafeTemporaryAllocation(byteCount: scratch, alignment: 128) { scratch in
        for index in 0..<count {
          let row = rows.baseAddress! + index * width
          switch pixels {
          case .uint8(let values):
            values.withUnsafeBufferPointer { bytes($0.baseAddress! + index * shape.count, row, scratch.baseAddress!) }
          case .float32(let values):
            values.withUnsafeBufferPointer { floats($0.baseAddress! + index * shape.count, row, scratch.baseAddress!) }
          }
        }
      }
    }
  }
}
