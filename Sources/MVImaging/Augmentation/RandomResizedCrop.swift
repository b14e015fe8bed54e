internal import Foundation
public import MVCore

/// A crop of random area and aspect ratio, resized (torchvision's RandomResizedCrop on Pillow images).
public struct RandomResizedCrop: Augmentation {
  /// The size of the result.
  public let size: ImageSize
  /// The crop's share of the image's area.
  public let scale: ClosedRange<Double>
  /// The crop's width over its height; drawn uniformly in its logarithm.
  public let ratio: ClosedRange<Double>
  /// How the crop is resized.
  public let filter: Resampling

  /// Creates a crop with torchvision's defaults.
  public init(
    size: ImageSize, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 0.75...4.0 / 3,
    filter: Resampling = .bilinear
  ) {
    self.size = size
    self.scale = scale
    self.ratio = ratio
    self.filter = filter
  }

  /// The crop of an image of `height` rows and `width` columns: ten tries, then the largest central one.
  func crop(
    height: Int, width: Int, using generator: inout SeededGenerator
  ) -> (top: Int, left: Int, height: Int, width: Int) {
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
      return (top, left, cropHeight, cropWidth)
    }
    let aspect = Double(width) / Double(height)
    var cropWidth = width
    var cropHeight = height
    if aspect < ratio.lowerBound {
      cropHeight = min(height, Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven)))
    } else if aspect > ratio.upperBound {
      cropWidth = min(width, Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven)))
    }
    return ((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth)
  }

  /// A resized random crop.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    let crop = crop(height: image.height, width: image.width, using: &generator)
    return image.cropped(top: crop.top, left: crop.left, height: crop.height, width: crop.width)
      .resized(to: size, filter: filter)
  }
}

/// A random crop of the image with black borders around it (torchvision's RandomCrop with padding).
public struct RandomCrop: Augmentation {
  /// The size of the crop; no larger than the image with its borders.
  public let size: ImageSize
  /// The width of the border in pixels.
  public let padding: Int

  /// Creates a crop.
  public init(size: ImageSize, padding: Int) {
    self.size = size
    self.padding = padding
  }

  /// A random crop.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    let rows = max(0, image.height + 2 * padding - size.height)
    let columns = max(0, image.width + 2 * padding - size.width)
    let top = generator.integer(below: rows + 1) - padding
    let left = generator.integer(below: columns + 1) - padding
    return image.cropped(top: top, left: left, height: size.height, width: size.width)
  }
}

/// A mirror image with a probability (torchvision's RandomHorizontalFlip).
public struct RandomHorizontalFlip: Augmentation {
  /// How often, 0...1.
  public let probability: Double

  /// Creates a flip.
  public init(probability: Double = 0.5) { self.probability = probability }

  /// The mirrored or the same image.
  public func apply(to image: RGBImage, using generator: inout SeededGenerator) -> RGBImage {
    generator.chance(probability) ? image.flippedHorizontally() : image
  }
}
