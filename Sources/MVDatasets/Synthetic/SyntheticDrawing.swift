internal import Foundation
internal import MVCore

/// One drawing: a grating as background, a patterned shape in front of it, color grains over both, a tint, and noise.
struct SyntheticDrawing {
  private let traits: SyntheticTraits
  private let tint: [Double]
  private let grain: Double
  private let center: (x: Double, y: Double)
  private let radius: Double
  private let turn: Double
  private let normal: (x: Double, y: Double)
  private let period: Double
  private let phase: Double
  private let gratingContrast: Double
  private let patternContrast: Double
  private let brightness: Double
  private let patternShift: (x: Int, y: Int)
  private let noiseSeed: UInt64

  init(_ traits: SyntheticTraits, _ random: inout SeededGenerator) {
    self.traits = traits
    tint = (0..<3).map { _ in 1 + 0.06 * random.normal() }
    grain = random.uniform(in: 0.08...0.12)
    center = (random.uniform(in: 0.36...0.64), random.uniform(in: 0.36...0.64))
    radius = random.uniform(in: 0.24...0.32)
    turn = 0.15 * random.normal()
    let angle = (traits.orientation.rawValue + 9 * random.normal()) * Double.pi / 180
    normal = (cos(angle), sin(angle))
    period = random.uniform(in: 0.14...0.22)
    phase = random.uniform(in: 0...2 * Double.pi)
    gratingContrast = random.uniform(in: 0.10...0.22)
    patternContrast = random.uniform(in: 0.10...0.20)
    brightness = random.uniform(in: 0.40...0.60)
    patternShift = (random.integer(below: 4), random.integer(below: 4))
    noiseSeed = random.next()
  }

  /// The image's height x width x 3 values, the channels of a pixel side by side.
  func pixels(_ shape: ImageShape) -> [UInt8] {
    var noise = SeededGenerator(seed: noiseSeed)
    var result: [UInt8] = []
    result.reserveCapacity(shape.count)
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let x = (Double(column) + 0.5) / Double(shape.width)
        let y = (Double(row) + 0.5) / Double(shape.height)
        let edge = 1.5 / Double(min(shape.height, shape.width))
        let inside = min(max(0.5 - distance(x, y) / edge, 0), 1)
        let grating = gratingContrast * sin(2 * Double.pi * (x * normal.x + y * normal.y) / period + phase)
        let value =
          brightness + (1 - inside) * grating + inside * (0.12 + patternContrast * pattern(column, row))
          + 0.03 * noise.normal()
        result += rgb(value, lifted: noise.chance(0.5))
      }
    }
    return result
  }

  /// The signed distance to the outline, negative inside, in units of the image's side.
  private func distance(_ x: Double, _ y: Double) -> Double {
    let dx = x - center.x
    let dy = y - center.y
    let across = abs(dx * cos(turn) + dy * sin(turn))
    let down = abs(-dx * sin(turn) + dy * cos(turn))
    switch traits.outline {
    case .disc: return (dx * dx + dy * dy).squareRoot() - radius
    case .square: return max(across, down) - radius * 0.886  // of the disc's area
    case .cross:
      let arm = radius * 0.42
      let long = radius * 1.2
      return min(max(across - long, down - arm), max(across - arm, down - long))
    }
  }

  /// The value of the fine pattern at a pixel; its mean over one period is zero.
  private func pattern(_ column: Int, _ row: Int) -> Double {
    let x = column + patternShift.x
    let y = row + patternShift.y
    switch traits.pattern {
    case .checks: return (x + y) % 2 == 0 ? 1 : -1
    case .dots: return x % 3 == 0 && y % 3 == 0 ? 2 : -0.25
    case .plain: return 0
    }
  }

  /// The color of a pixel: its value, with a grain that lifts one channel and lowers the others or the reverse, and the
  /// tint.
  private func rgb(_ value: Double, lifted: Bool) -> [UInt8] {
    (0..<3).map { channel in
      let sign = (channel == traits.grain.rawValue) == lifted ? 1.0 : -1.0
      return UInt8(min(max((value + sign * grain) * tint[channel] * 255, 0), 255).rounded())
    }
  }
}
