public import MVCore

/// A random change of an image, for example a crop, a flip or a blur.
///
/// Every random choice is drawn from the generator that is passed in, so the result depends only on the image and on
/// the generator's seed and keys, whatever thread it runs on.
public protocol Augmentation: Sendable {
  /// The changed image; its size may differ from that of `image`.
  func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage

  /// Puts the changed image in the place of `image`: what `apply` gives, without a copy where none is needed.
  func change(_ image: inout RGBImage, using generator: inout SeededGenerator)
}

extension Augmentation {
  /// Puts what `apply` gives in the place of `image`.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    image = apply(to: image, using: &generator)
  }

  /// A changed copy, for those that change an image in its place.
  func changed(_ image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    var copy = image
    change(&copy, using: &generator)
    return copy
  }
}

/// Applies a change with a given probability, else returns the image as it is (torchvision's RandomApply).
public struct RandomlyApplied: Augmentation {
  /// The change to apply.
  public let change: any Augmentation
  /// The probability that the change is applied, 0...1.
  public let probability: Double

  /// Creates a change that is applied with `probability`, 0...1.
  public init(_ change: any Augmentation, probability: Double) {
    self.change = change
    self.probability = probability
  }

  /// The changed image, or `image` as it is.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Changes the image, or leaves it as it is.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    if generator.chance(probability) { change.change(&image, using: &generator) }
  }
}
