internal import Foundation
public import MVCore

/// One of the operations that ``RandAugment`` and ``AutoAugment`` choose from, under torchvision's names.
///
/// Each is deterministic, and gives the bytes of torchvision 0.29 on a Pillow image with nearest-neighbor sampling and a
/// black border.
public enum AugmentationOperation: String, Hashable, Sendable, Codable, CaseIterable {
  /// The image as it is.
  case identity = "Identity"
  /// Rows moved by their height times the magnitude.
  case shearX = "ShearX"
  /// Columns moved by their place times the magnitude.
  case shearY = "ShearY"
  /// Moved to the right by the magnitude in pixels, its fraction dropped.
  case translateX = "TranslateX"
  /// Moved down by the magnitude in pixels, its fraction dropped.
  case translateY = "TranslateY"
  /// Turned counter-clockwise about the middle by the magnitude in degrees.
  case rotate = "Rotate"
  /// Brightness times one more than the magnitude.
  case brightness = "Brightness"
  /// Saturation times one more than the magnitude.
  case color = "Color"
  /// Contrast times one more than the magnitude.
  case contrast = "Contrast"
  /// Sharpness times one more than the magnitude.
  case sharpness = "Sharpness"
  /// As many of the highest bits of each value as the magnitude says.
  case posterize = "Posterize"
  /// Values from the magnitude on inverted.
  case solarize = "Solarize"
  /// Each channel stretched to 0...255.
  case autoContrast = "AutoContrast"
  /// Each channel's histogram made flat.
  case equalize = "Equalize"
  /// Each value taken from 255.
  case invert = "Invert"

  /// Whether the magnitude's sign is drawn.
  public var isSigned: Bool {
    switch self {
    case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
    default: false
    }
  }

  /// The magnitude of `bin`, 0..<`bins`, for images of `size`; 0 where the operation has none.
  ///
  /// Evenly spaced to 0.3 (shears), 150/331 of the side (translations), 30 degrees, 0.9 (colors); 8 to 4 bits
  /// (posterize), 255 to 0 (solarize).
  public func magnitude(ofBin bin: Int, among bins: Int, for size: ImageSize) -> Double {
    precondition(bins > 1 && (0..<bins).contains(bin), "bin \(bin) of \(bins)")
    /// In single precision, rounded once, and from the nearer end, as torch.linspace.
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

  /// The changed image; the magnitude is in the operation's own unit, of posterize 0...8.
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
