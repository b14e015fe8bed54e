/// One image: H x W x C values.
public struct Image: Hashable, Sendable {
  /// The size and the channels.
  public let shape: ImageShape
  /// `shape.count` values, row by row, channels interleaved.
  public let pixels: Pixels

  /// Creates an image; `pixels` must hold `shape.count` values.
  public init(shape: ImageShape, pixels: Pixels) {
    precondition(pixels.count == shape.count, "the pixels do not fill the shape")
    self.shape = shape
    self.pixels = pixels
  }

  /// This image as a batch of one, without a copy.
  public var batch: ImageBatch { ImageBatch(count: 1, shape: shape, pixels: pixels) }
}
