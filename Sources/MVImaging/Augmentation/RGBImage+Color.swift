internal import Foundation

extension RGBImage {
  /// Mixes `factor` of this image with `1 - factor` of another, value by value, cut to 0...255 (Pillow's blend).
  func blended(by factor: Double, with other: (Int) -> UInt8) -> RGBImage {
    let factor = Float(factor)
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for index in 0..<source.count {
          let base = Float(other(index))
          let value = base + factor * (Float(source[index]) - base)
          target[index] = UInt8(max(0, min(255, value)))
        }
      }
    }
  }

  /// Changes the brightness: 0 is black, 1 the same image (Pillow's ImageEnhance.Brightness).
  public func adjustingBrightness(by factor: Double) -> RGBImage { blended(by: factor) { _ in 0 } }

  /// Changes the contrast: 0 is the mean gray, 1 the same image (Pillow's ImageEnhance.Contrast).
  public func adjustingContrast(by factor: Double) -> RGBImage {
    let luma = luma
    let mean = luma.reduce(into: 0) { $0 += Int($1) }
    let gray = UInt8(Double(mean) / Double(luma.count) + 0.5)
    return blended(by: factor) { _ in gray }
  }

  /// Changes the saturation: 0 is gray, 1 the same image (Pillow's ImageEnhance.Color).
  public func adjustingSaturation(by factor: Double) -> RGBImage {
    luma.withUnsafeBufferPointer { luma in blended(by: factor) { luma[$0 / 3] } }
  }

  /// Turns every pixel's hue by `turn` of the circle, -0.5...0.5, in Pillow's 8-bit HSV (torchvision's adjust_hue).
  public func adjustingHue(by turn: Double) -> RGBImage {
    let shift = UInt8(truncatingIfNeeded: Int(turn * 255))
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for pixel in stride(from: 0, to: source.count, by: 3) {
          let hsv = HSV(red: source[pixel], green: source[pixel + 1], blue: source[pixel + 2])
          let rgb = HSV(hue: hsv.hue &+ shift, saturation: hsv.saturation, value: hsv.value).rgb
          (target[pixel], target[pixel + 1], target[pixel + 2]) = rgb
        }
      }
    }
  }

  /// The image in gray, as three equal channels (Pillow's mode L).
  public func grayscale() -> RGBImage {
    luma.withUnsafeBufferPointer { luma in
      RGBImage(height: height, width: width) { target in
        for index in 0..<target.count { target[index] = luma[index / 3] }
      }
    }
  }
}

/// Hue, saturation and value in bytes, with Pillow's roundings.
private struct HSV {
  var hue: UInt8
  var saturation: UInt8
  var value: UInt8

  init(hue: UInt8, saturation: UInt8, value: UInt8) {
    self.hue = hue
    self.saturation = saturation
    self.value = value
  }

  init(red: UInt8, green: UInt8, blue: UInt8) {
    let most = max(red, green, blue)
    let least = min(red, green, blue)
    guard most != least else {
      self.init(hue: 0, saturation: 0, value: most)
      return
    }
    let range = Float(most - least)
    let (r, g, b) = (Float(most - red) / range, Float(most - green) / range, Float(most - blue) / range)
    let sextant =
      red == most ? b - g : Float(green == most ? 2 + Double(r) - Double(b) : 4 + Double(g) - Double(r))
    // Single precision between the steps and double within them, as C promotes: a step of hue is up to six gray levels.
    let turn = Float(fmod(Double(sextant) / 6 + 1, 1))
    self.init(
      hue: UInt8(Double(turn) * 255), saturation: UInt8(Double(range / Float(most)) * 255), value: most)
  }

  var rgb: (UInt8, UInt8, UInt8) {
    guard saturation > 0 else { return (value, value, value) }
    let sixths = Double(hue) * 6 / 255
    let sextant = sixths.rounded(.down)
    let rest = Double(Float(sixths - sextant))
    let share = Double(Float(Double(saturation) / 255))
    func scaled(_ factor: Double) -> UInt8 { UInt8(max(0, min(255, (Double(value) * factor).rounded()))) }
    let low = scaled(1 - share)
    let falling = scaled(1 - share * rest)
    let rising = scaled(1 - share * (1 - rest))
    switch Int(sextant) % 6 {
    case 0: return (value, rising, low)
    case 1: return (falling, value, low)
    case 2: return (low, value, rising)
    case 3: return (low, falling, value)
    case 4: return (rising, low, value)
    default: return (value, low, falling)
    }
  }
}
