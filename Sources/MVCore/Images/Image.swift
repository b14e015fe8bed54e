/// One image: height x width x channels values of one type.
public struct Image: Hashable, Sendable {
  /// Height, width and number of channels.
  public let shape: ImageShape
  /// The `shape.count` pixel values: row by row, the channels of a pixel side by side.
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
