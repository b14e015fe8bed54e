import Foundation
import MVImaging

/// The arithmetic of Pillow's 8-bit operations written plainly, one value after the other, to hold the kernels against.
enum Plain {
  /// The weights of one axis in 22-bit fixed point: the first source pixel and its followers' weights.
  static func weights(source: Int, target: Int, _ kernel: Resampling) -> [(first: Int, weights: [Int64])] {
    func value(_ x: Double) -> Double {
      let distance = abs(x)
      func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
      if kernel == .bilinear { return max(0, 1 - distance) }
      if kernel == .lanczos { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0 }
      if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
      return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0
    }
    let scale = Double(source) / Double(target)
    let halfWidths: [Resampling: Double] = [.bilinear: 1, .bicubic: 2, .lanczos: 3]
    let support = (halfWidths[kernel] ?? 0) * max(scale, 1)
    return (0..<target).map { pixel in
      let center = (Double(pixel) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      let raw = (first..<end).map { value((Double($0) - center + 0.5) * (1 / max(scale, 1))) }
      let sum = raw.reduce(0, +)
      return (first, raw.map { Int64(($0 / sum * Double(1 << 22)).rounded(.toNearestOrAwayFromZero)) })
    }
  }

  /// Resizes rows before columns, or columns before rows, as Pillow 13 does.
  static func resized(_ image: RGBImage, height: Int, width: Int, _ kernel: Resampling) -> RGBImage {
    func cut(_ sum: Int64) -> UInt8 { UInt8(max(0, min(255, (sum + 1 << 21) >> 22))) }
    func across(_ image: RGBImage) -> RGBImage {
      let axis = weights(source: image.width, target: width, kernel)
      return RGBImage(
        height: image.height, width: width,
        pixels: (0..<image.height * width * 3).map { place in
          let (row, tap) = (place / (width * 3), axis[place / 3 % width])
          return cut(
            tap.weights.enumerated().reduce(0) {
              $0 + $1.element * Int64(image.pixels[(row * image.width + tap.first + $1.offset) * 3 + place % 3])
            })
        })
    }
    func down(_ image: RGBImage) -> RGBImage {
      let axis = weights(source: image.height, target: height, kernel)
      let line = image.width * 3
      return RGBImage(
        height: height, width: image.width,
        pixels: (0..<height * line).map { place in
          let tap = axis[place / line]
          return cut(
            tap.weights.enumerated().reduce(0) {
              $0 + $1.element * Int64(image.pixels[(tap.first + $1.offset) * line + place % line])
            })
        })
    }
    let isDownFirst = height < image.height && image.height - height > 2 * (image.width - width)
    return isDownFirst ? across(down(image)) : down(across(image))
  }

  /// A color whose hue is turned by `shift` 256ths, with C's promotions between single and double precision.
  static func turned(_ red: UInt8, _ green: UInt8, _ blue: UInt8, by shift: UInt8) -> [UInt8] {
    let most = max(red, green, blue)
    let least = min(red, green, blue)
    guard most != least else { return [most, most, most] }
    let range = Float(most - least)
    let (r, g, b) = (Float(most - red) / range, Float(most - green) / range, Float(most - blue) / range)
    let sextant =
      red == most ? b - g : Float(green == most ? 2 + Double(r) - Double(b) : 4 + Double(g) - Double(r))
    let turn = Float(fmod(Double(sextant) / 6 + 1, 1))
    let saturation = UInt8(Double(range / Float(most)) * 255)
    guard saturation > 0 else { return [most, most, most] }
    let sixths = Double(UInt8(Double(turn) * 255) &+ shift) * 6 / 255
    let rest = Double(Float(sixths - sixths.rounded(.down)))
    let share = Double(Float(Double(saturation) / 255))
    func scaled(_ factor: Double) -> UInt8 { UInt8(max(0, min(255, (Double(most) * factor).rounded()))) }
    let (low, falling, rising) = (scaled(1 - share), scaled(1 - share * rest), scaled(1 - share * (1 - rest)))
    switch Int(sixths) % 6 {
    case 0: return [most, rising, low]
    case 1: return [falling, most, low]
    case 2: return [low, most, rising]
    case 3: return [low, falling, most]
    case 4: return [rising, low, most]
    default: return [most, low, falling]
    }
  }

  /// A blur in double precision, before it is rounded.
  static func blurred(_ image: RGBImage, kernelSize: Int, deviation: Double) -> [Double] {
    let reach = kernelSize / 2
    let raw = (-reach...reach).map { exp(-0.5 * pow(Double($0) / deviation, 2)) }
    let taps = raw.map { $0 / raw.reduce(0, +) }
    func mirrored(_ place: Int, _ length: Int) -> Int {
      place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place
    }
    let (height, width) = (image.height, image.width)
    let between = (0..<height * width * 3).map { place in
      taps.enumerated().reduce(0.0) { sum, tap in
        let column = mirrored(place / 3 % width + tap.offset - reach, width)
        return sum + tap.element * Double(image.pixels[(place / (width * 3) * width + column) * 3 + place % 3])
      }
    }
    return (0..<height * width * 3).map { place in
      taps.enumerated().reduce(0.0) { sum, tap in
        let row = mirrored(place / (width * 3) + tap.offset - reach, height)
        return sum + tap.element * between[row * width * 3 + place % (width * 3)]
      }
    }
  }
}
