/// Images of one shape and pixel type: count x height x width x channels values.
public struct ImageBatch: Hashable, Sendable {
  /// The number of images.
  public let count: Int
  /// The shape of every image.
  public let shape: ImageShape
  /// The `count * shape.count` pixel values: image by image, row by row, the channels of a pixel side by side.
  public let pixels: Pixels

  /// Creates a batch; `pixels` must hold `count * shape.count` values.
  public init(count: Int, shape: ImageShape, pixels: Pixels) {
    precondition(count >= 0 && pixels.count == count * shape.count, "the pixels do not fill the shape")
    self.count = count
    self.shape = shape
    self.pixels = pixels
  }

  /// A copy of the image at position `index`, from 0.
  public subscript(index: Int) -> Image {
    let range = index * shape.count..<(index + 1) * shape.count
    switch pixels {
    case .uint8(let values): return Image(shape: shape, pixels: .uint8(Array(values[range])))
    case .float32(let values): return Image(shape: shape, pixels: .float32(Array(values[range])))
    }
  }

  /// A copy of the images at positions `rows`, in that order.
  public subscript(rows: Range<Int>) -> ImageBatch {
    let range = rows.lowerBound * shape.count..<rows.upperBound * shape.count
    switch pixels {
    case .uint8(let values):
      return ImageBatch(count: rows.count, shape: shape, pixels: .uint8(Array(values[range])))
    case .float32(let values):
      return ImageBatch(count: rows.count, shape: shape, pixels: .float32(Array(values[range])))
    }
  }

  /// Joins images into one batch, in their order.
  ///
  /// Throws where `images` is empty, where shapes or pixel types differ, and where there is no memory for them.
  public init(_ images: [Image]) throws(MVError) {
    guard let first = images.first else { throw .usage("image batch", "is empty", remedy: "give at least one image") }
    let isBytes = if case .uint8 = first.pixels { true } else { false }
    try LargeArray.check(images.count * first.shape.count * (isBytes ? 1 : 4), for: "a batch of \(images.count) images")
    var bytes: [UInt8] = []
    var floats: [Float] = []
    if isBytes { bytes.reserveCapacity(images.count * first.shape.count) }
    for (row, image) in images.enumerated() {
      guard image.shape == first.shape else {
        throw .badData(
          "image", "is \(image.shape), the first is \(first.shape)", remedy: "resize to one size", row: row)
      }
      switch (image.pixels, first.pixels) {
      case (.uint8(let values), .uint8): bytes += values
      case (.float32(let values), .float32): floats += values
      default: throw .badData("image", "mixes 8-bit and float pixels", remedy: "convert to one type", row: row)
      }
    }
    if isBytes {
      self.init(count: images.count, shape: first.shape, pixels: .uint8(bytes))
    } else {
      self.init(count: images.count, shape: first.shape, pixels: .float32(floats))
    }
  }
}
