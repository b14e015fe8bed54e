internal import CKernels

/// A change of colors that keeps every pixel in its place.
enum ColorChange: Hashable, Sendable {
  /// Mixes with black: 0 is black, 1 the same image (Pillow's ImageEnhance.Brightness).
  case brightness(Double)
  /// Mixes with the mean gray: 0 is that gray, 1 the same image (Pillow's ImageEnhance.Contrast).
  case contrast(Double)
  /// Mixes with the gray image: 0 is gray, 1 the same image (Pillow's ImageEnhance.Color).
  case saturation(Double)
  /// Turns every hue by a part of the circle in Pillow's 8-bit HSV (torchvision's adjust_hue).
  case hue(Double)
  /// Three equal channels of the gray value (Pillow's mode L).
  case gray

  fileprivate var kernel: mvk_color_change {
    switch self {
    case .brightness(let factor): mvk_color_change(kind: MVK_BRIGHTNESS, amount: Float(factor))
    case .contrast(let factor): mvk_color_change(kind: MVK_CONTRAST, amount: Float(factor))
    case .saturation(let factor): mvk_color_change(kind: MVK_SATURATION, amount: Float(factor))
    case .hue(let turn):
      mvk_color_change(kind: MVK_HUE, amount: Float(UInt8(truncatingIfNeeded: Int(turn * 255))))
    case .gray: mvk_color_change(kind: MVK_GRAY, amount: 0)
    }
  }
}

extension RGBImage {
  /// Makes the changes in order, each rounded to bytes, going through the pixels as seldom as can be.
  mutating func change(_ changes: [ColorChange]) {
    let kernels = changes.map(\.kernel)
    pixels.withUnsafeMutableBufferPointer {
      mvk_change_colors($0.baseAddress, $0.count / 3, kernels, kernels.count)
    }
  }

  private func changed(_ change: ColorChange) -> RGBImage {
    var copy = self
    copy.change([change])
    return copy
  }

  /// Changes the brightness: 0 is black, 1 the same image (Pillow's ImageEnhance.Brightness).
  public func adjustingBrightness(by factor: Double) -> RGBImage { changed(.brightness(factor)) }

  /// Changes the contrast: 0 is the mean gray, 1 the same image (Pillow's ImageEnhance.Contrast).
  public func adjustingContrast(by factor: Double) -> RGBImage { changed(.contrast(factor)) }

  /// Changes the saturation: 0 is gray, 1 the same image (Pillow's ImageEnhance.Color).
  public func adjustingSaturation(by factor: Double) -> RGBImage { changed(.saturation(factor)) }

  /// Turns every pixel's hue by `turn` of the circle, -0.5...0.5, in Pillow's 8-bit HSV (torchvision's adjust_hue).
  public func adjustingHue(by turn: Double) -> RGBImage { changed(.hue(turn)) }

  /// The image in gray, as three equal channels (Pillow's mode L).
  public func grayscale() -> RGBImage { changed(.gray) }
}
