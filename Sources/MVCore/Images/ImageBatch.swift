/// Images of one shape: N x H x W x C values.
public struct ImageBatch: Hashable, Sendable {
  /// How many images.
  public let count: Int
  /// The shape that all of them have.
  public let shape: ImageShape
  /// `count * shape.count` values: image by image, row by row, channels interleaved.
  public let pixels: Pixels

  /// Creates a batch; `pixels` must hold `count * shape.count` values.
  public init(count: Int, shape: ImageShape, pixels: Pixels) {
    precondition(count >= 0 && pixels.count == count * shape.count, "the pixels do not fill the shape")
    self.count = count
    self.shape = shape
    self.pixels = pixels
  }

  /// The `index`th image.
  public subscript(index: Int) -> Image {
    let range = index * shape.count..<(index + 1) * shape.count
    switch pixels {
    case .uint8(let values): return Image(shape: shape, pixels: .uint8(Array(values[range])))
    case .float32(let values): return Image(shape: shape, pixels: .float32(Array(values[range])))
    }
  }

  /// The images of `rows`, in that order.
  public subscript(rows: Range<Int>) -> ImageBatch {
    let range = rows.lowerBound * shape.count..<rows.upperBound * shape.count
    switch pixels {
    case .uint8(let values):
      return ImageBatch(count: rows.count, shape: shape, pixels: .uint8(Array(values[range])))
    case .float32(let values):
      return ImageBatch(count: rows.count, shape: shape, pixels: .float32(Array(values[range])))
    }
  }

  /// Joins images of one shape and pixel type; throws where they differ.
  public init(_ images: [Image]) throws(MVError) {
    guard let first = images.first else { throw .usage("image batch", "is empty", remedy: "give at least one image") }
    var bytes: [UInt8] = []
    var floats: [Float] = []
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
    if case .uint8 = first.pixels {
      self.init(count: images.count, shape: first.shape, pixels: .uint8(bytes))
    } else {
      self.init(count: images.count, shape: first.shape, pixels: .float32(floats))
    }
  }
}
