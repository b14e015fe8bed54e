public import MVCore

/// One random change of an image, its ranges as settings.
///
/// Every random choice is drawn from the generator it is given, so the result is a function of the image and of the
/// generator's seed and keys, whatever thread it runs on.
public protocol Augmentation: Sendable {
  /// The changed image.
  func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage
}

/// Applies a change with a probability, else leaves the image alone (torchvision's RandomApply).
public struct RandomlyApplied: Augmentation {
  /// The change.
  public let change: any Augmentation
  /// How often it is made, 0...1.
  public let probability: Double

  /// Creates a change that is made with `probability`.
  public init(_ change: any Augmentation, probability: Double) {
    self.change = change
    self.probability = probability
  }

  /// The changed or the same image.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    generator.chance(probability) ? change.apply(to: image, using: &generator) : image
  }
}
