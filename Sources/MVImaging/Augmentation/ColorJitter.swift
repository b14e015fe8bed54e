public import MVCore

/// Changes brightness, contrast, saturation and hue at random, in random order (torchvision's ColorJitter).
public struct ColorJitter: Augmentation {
  /// The brightness factor is drawn from `max(0, 1 - brightness)...1 + brightness`.
  public let brightness: Double
  /// The contrast factor is drawn from `max(0, 1 - contrast)...1 + contrast`.
  public let contrast: Double
  /// The saturation factor is drawn from `max(0, 1 - saturation)...1 + saturation`.
  public let saturation: Double
  /// The hue is turned by `-hue...hue` of the color circle; at most 0.5.
  public let hue: Double

  /// Creates a jitter; a strength of 0 leaves that property alone.
  public init(brightness: Double, contrast: Double, saturation: Double, hue: Double) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// The image with its colors changed.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Changes the colors of the image.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    func factor(_ strength: Double) -> Double { generator.uniform(in: max(0, 1 - strength)...1 + strength) }
    let order = generator.permutation(of: 4)
    let factors = [factor(brightness), factor(contrast), factor(saturation)]
    let turn = generator.uniform(in: -hue...hue)
    image.change(
      order.compactMap { property in
        switch property {
        case 0 where brightness > 0: .brightness(factors[0])
        case 1 where contrast > 0: .contrast(factors[1])
        case 2 where saturation > 0: .saturation(factors[2])
        case 3 where hue > 0: .hue(turn)
        default: nil
        }
      })
  }
}

/// Makes the image gray, in three equal channels, with a given probability (torchvision's RandomGrayscale).
public struct RandomGrayscale: Augmentation {
  /// The probability of gray, 0...1.
  public let probability: Double

  /// Creates a change to gray that is applied with `probability`, 0...1.
  public init(probability: Double) { self.probability = probability }

  /// The gray image, or `image` as it is.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Makes the image gray, or leaves it as it is.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    if generator.chance(probability) { image.change([.gray]) }
  }
}
