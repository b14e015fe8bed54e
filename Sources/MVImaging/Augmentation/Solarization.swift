public import MVCore

/// Inverts the values that are at least a threshold (Pillow's `ImageOps.solarize`).
public struct Solarization: Augmentation {
  /// The lowest value that is inverted.
  public let threshold: Double

  /// Creates a solarization; the default is Pillow's.
  public init(threshold: Double = 128) { self.threshold = threshold }

  /// The solarized image.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    image.solarized(threshold: threshold)
  }
}
