internal import Foundation
public import MVCore

/// Cuts out a rectangle of random area and aspect ratio and resizes it (torchvision's RandomResizedCrop on Pillow
/// images).
public struct RandomResizedCrop: Augmentation {
  /// The size of the result in pixels.
  public let size: ImageSize
  /// The range of the crop's share of the image's area, within 0...1.
  public let scale: ClosedRange<Double>
  /// The range of the crop's width over its height; drawn uniformly in its logarithm.
  public let ratio: ClosedRange<Double>
  /// The kernel the crop is resized with.
  public let filter: Resampling

  /// Creates a crop; the defaults are torchvision's.
  public init(
    size: ImageSize, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 0.75...4.0 / 3,
    filter: Resampling = .bilinear
  ) {
    self.size = size
    self.scale = scale
    self.ratio = ratio
    self.filter = filter
  }

  /// Draws the crop's rectangle for an image of the given size: ten tries, then the largest central rectangle.
  package func crop(height: Int, width: Int, using generator: inout SeededGenerator) -> PixelBox {
    let area = Double(height * width)
    let logarithms = log(ratio.lowerBound)...log(ratio.upperBound)
    for _ in 0..<10 {
      let target = area * generator.uniform(in: scale)
      let aspect = exp(generator.uniform(in: logarithms))
      let cropWidth = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
      let cropHeight = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
      guard (1...width).contains(cropWidth), (1...height).contains(cropHeight) else { continue }
      let top = generator.integer(below: height - cropHeight + 1)
      let left = generator.integer(below: width - cropWidth + 1)
      return PixelBox(top: top, left: left, height: cropHeight, width: cropWidth)
    }
    let aspect = Double(width) / Double(height)
    var cropWidth = width
    var cropHeight = height
    if aspect < ratio.lowerBound {
      cropHeight = min(height, Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven)))
    } else if aspect > ratio.upperBound {
      cropWidth = min(width, Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven)))
    }
    return PixelBox(
      top: (height - cropHeight) / 2, left: (width - cropWidth) / 2, height: cropHeight, width: cropWidth)
  }

  /// A randomly drawn rectangle of `image`, resized to ``size``.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    let crop = crop(height: image.height, width: image.width, using: &generator)
    return image.resized(
      top: crop.top, left: crop.left, height: crop.height, width: crop.width, to: size, filter)
  }
}

/// Cuts a rectangle at a random place out of the image with black borders (torchvision's RandomCrop with padding).
public struct RandomCrop: Augmentation {
  /// The size of the crop in pixels; no larger than the image with its borders.
  public let size: ImageSize
  /// The width of the black border on each side, in pixels.
  public let padding: Int

  /// Creates a crop of `size`; `padding` is the border's width in pixels.
  public init(size: ImageSize, padding: Int) {
    self.size = size
    self.padding = padding
  }

  /// The rectangle of ``size`` at a randomly drawn place.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    let rows = max(0, image.height + 2 * padding - size.height)
    let columns = max(0, image.width + 2 * padding - size.width)
    let top = generator.integer(below: rows + 1) - padding
    let left = generator.integer(below: columns + 1) - padding
    return image.cropped(top: top, left: left, height: size.height, width: size.width)
  }
}

/// Mirrors the image with a given probability (torchvision's RandomHorizontalFlip).
public struct RandomHorizontalFlip: Augmentation {
  /// The probability of mirroring, 0...1.
  public let probability: Double

  /// Creates a flip that is applied with `probability`, 0...1.
  public init(probability: Double = 0.5) { self.probability = probability }

  /// The mirrored image, or `image` as it is.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    changed(image, using: &generator)
  }

  /// Mirrors the image, or leaves it as it is.
  public func change(_ image: inout RGBImage, using generator: inout SeededGenerator) {
    if generator.chance(probability) { image.flipHorizontally() }
  }
}
