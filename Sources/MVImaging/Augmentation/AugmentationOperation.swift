internal import Foundation
public import MVCore

/// One of the operations that ``RandAugment`` and ``AutoAugment`` choose from, under torchvision's names.
///
/// Each is deterministic and gives the same bytes as torchvision 0.29 on a Pillow image, with nearest-neighbor sampling
/// and black borders.
public enum AugmentationOperation: String, Hashable, Sendable, Codable, CaseIterable {
  /// The image as it is.
  case identity = "Identity"
  /// Shears along x: each row is shifted by its height times the magnitude.
  case shearX = "ShearX"
  /// Shears along y: each column is shifted by its place times the magnitude.
  case shearY = "ShearY"
  /// Moves the image right by the magnitude in pixels, rounded toward zero.
  case translateX = "TranslateX"
  /// Moves the image down by the magnitude in pixels, rounded toward zero.
  case translateY = "TranslateY"
  /// Turns the image counter-clockwise about its middle by the magnitude in degrees.
  case rotate = "Rotate"
  /// Multiplies the brightness by one plus the magnitude.
  case brightness = "Brightness"
  /// Multiplies the saturation by one plus the magnitude.
  case color = "Color"
  /// Multiplies the contrast by one plus the magnitude.
  case contrast = "Contrast"
  /// Multiplies the sharpness by one plus the magnitude.
  case sharpness = "Sharpness"
  /// Keeps the highest bits of each value, as many as the magnitude says.
  case posterize = "Posterize"
  /// Inverts the values that are at least the magnitude.
  case solarize = "Solarize"
  /// Stretches each channel to 0...255.
  case autoContrast = "AutoContrast"
  /// Flattens each channel's histogram.
  case equalize = "Equalize"
  /// Subtracts each value from 255.
  case invert = "Invert"

  /// Whether the magnitude may be negative, so that callers draw its sign.
  public var isSigned: Bool {
    switch self {
    case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
    default: false
    }
  }

  /// The magnitude that bin `bin` of `bins` stands for on images of `size`; 0 where the operation has none.
  ///
  /// Bins are evenly spaced: shears 0 to 0.3, translations 0 to 150/331 of the side, rotation 0 to 30 degrees, colors 0
  /// to 0.9, posterize 8 to 4 bits, solarize 255 to 0.
  public func magnitude(ofBin bin: Int, among bins: Int, for size: ImageSize) -> Double {
    precondition(bins > 1 && (0..<bins).contains(bin), "bin \(bin) of \(bins)")
    /// In single precision, rounded once, and from the nearer end, as torch.linspace does.
    func spaced(_ start: Float, _ end: Float) -> Double {
      let step = (end - start) / Float(bins - 1)
      return Double(
        bin < bins / 2 ? start.addingProduct(step, Float(bin)) : end.addingProduct(-step, Float(bins - 1 - bin)))
    }
    switch self {
    case .shearX, .shearY: return spaced(0, 0.3)
    case .translateX: return spaced(0, Float(150.0 / 331 * Double(size.width)))
    case .translateY: return spaced(0, Float(150.0 / 331 * Double(size.height)))
    case .rotate: return spaced(0, 30)
    case .brightness, .color, .contrast, .sharpness: return spaced(0, 0.9)
    case .posterize: return 8 - (Double(bin) / (Double(bins - 1) / 4)).rounded(.toNearestOrEven)
    case .solarize: return spaced(255, 0)
    case .identity, .autoContrast, .equalize, .invert: return 0
    }
  }

  /// The changed image; `magnitude` is in the operation's own unit, for posterize 0...8.
  public func apply(to image: RGBImage, magnitude: Double) -> RGBImage {
    switch self {
    case .identity: image
    case .shearX: image.transformed(by: .shear(x: magnitude, y: 0))
    case .shearY: image.transformed(by: .shear(x: 0, y: magnitude))
    case .translateX: image.transformed(by: .translation(x: magnitude.rounded(.towardZero), y: 0))
    case .translateY: image.transformed(by: .translation(x: 0, y: magnitude.rounded(.towardZero)))
    case .rotate: image.rotated(byDegrees: magnitude)
    case .brightness: image.adjustingBrightness(by: 1 + magnitude)
    case .color: image.adjustingSaturation(by: 1 + magnitude)
    case .contrast: image.adjustingContrast(by: 1 + magnitude)
    case .sharpness: image.adjustingSharpness(by: 1 + magnitude)
    case .posterize: image.posterized(bits: Int(magnitude))
    case .solarize: image.solarized(threshold: magnitude)
    case .autoContrast: image.autoContrasted()
    case .equalize: image.equalized()
    case .invert: image.inverted()
    }
  }
}
