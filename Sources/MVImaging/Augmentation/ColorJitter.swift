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
    func factor(_ strength: Double) -> Double { generator.uniform(in: max(0, 1 - strength)...1 + strength) }
    let order = generator.permutation(of: 4)
    let factors = [factor(brightness), factor(contrast), factor(saturation)]
    let turn = generator.uniform(in: -hue...hue)
    var view = image
    for property in order {
      switch property {
      case 0 where brightness > 0: view = view.adjustingBrightness(by: factors[0])
      case 1 where contrast > 0: view = view.adjustingContrast(by: factors[1])
      case 2 where saturation > 0: view = view.adjustingSaturation(by: factors[2])
      case 3 where hue > 0: view = view.adjustingHue(by: turn)
      default: break
      }
    }
    return view
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
    generator.chance(probability) ? image.grayscale() : image
  }
}
