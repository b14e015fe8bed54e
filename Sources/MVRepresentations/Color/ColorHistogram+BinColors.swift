internal import Foundation

extension ColorHistogram {
  /// The color at the center of a joint bin, each channel 0...1.
  func color(of bin: [Int]) -> Canvas.Color { color(at: bin.map { (Float($0) + 0.5) / Float(bins) }) }

  /// A color that shows which bin of one channel it is; the other two channels are typical.
  func color(of bin: Int, in channel: Int) -> Canvas.Color {
    let typical: [Float] =
      switch space {
      case .rgb: [0, 0, 0]
      case .hsv: channel == 0 ? [0, 0.9, 0.9] : channel == 1 ? [0.6, 0, 0.9] : [0, 0, 0]
      case .lab: channel == 0 ? [0, 0.5, 0.5] : [0.65, 0.5, 0.5]
      case .opponent: [0.5, 0.5, 0.6]
      }
    var position = typical
    position[channel] = (Float(bin) + 0.5) / Float(bins)
    return color(at: position)
  }

  /// The color at a position within the ranges of the three channels, each 0...1; colors that no screen has are
  /// clipped.
  private func color(at position: [Float]) -> Canvas.Color {
    let (a, b, c) = (position[0], position[1], position[2])
    switch space {
    case .rgb: return Canvas.Color(a, b, c)
    case .hsv:
      func channel(_ shift: Float) -> Float {
        let k = (shift + a * 6).truncatingRemainder(dividingBy: 6)
        return c - c * b * max(0, min(k, 4 - k, 1))
      }
      return Canvas.Color(channel(5), channel(3), channel(1))
    case .lab: return Self.screenColor(lightness: 100 * a, a: 255 * b - 128, b: 255 * c - 128)
    case .opponent:
      let (redGreen, yellowBlue, sum) = (2 * a - 1, 4 * b - 2, 3 * c)
      let blue = (sum - yellowBlue) / 3
      let yellow = sum - blue
      return Canvas.Color((yellow + redGreen) / 2, (yellow - redGreen) / 2, blue)
    }
  }

  /// The sRGB color of CIE L*a*b* under D65.
  private static func screenColor(lightness: Float, a: Float, b: Float) -> Canvas.Color {
    func cube(_ t: Float) -> Float { t > 6 / 29 ? t * t * t : 3 * (6 / 29) * (6 / 29) * (t - 4 / 29) }
    func encoded(_ linear: Float) -> Float {
      let value = Double(min(max(linear, 0), 1))
      return Float(value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055)
    }
    let fy = (lightness + 16) / 116
    let (x, y, z) = (0.950456 * cube(fy + a / 500), cube(fy), 1.088754 * cube(fy - b / 200))
    return Canvas.Color(
      encoded(3.240479 * x - 1.53715 * y - 0.498535 * z), encoded(-0.969256 * x + 1.875991 * y + 0.041556 * z),
      encoded(0.055648 * x - 0.204043 * y + 1.057311 * z))
  }
}
