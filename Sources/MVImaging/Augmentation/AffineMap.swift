internal import Foundation

/// Maps a pixel (x, y) of a view to the place it is taken from: `x' = a x + b y + c`, `y' = d x + e y + f`, in pixels.
struct AffineMap: Hashable, Sendable {
  var a = 1.0
  var b = 0.0
  var c = 0.0
  var d = 0.0
  var e = 1.0
  var f = 0.0

  /// The map that moves the image right by `x` and down by `y` pixels.
  static func translation(x: Double, y: Double) -> AffineMap { AffineMap(c: -x, f: -y) }

  /// The map that shears about the top left corner along one axis; `x` and `y` are tangents, one of them 0.
  static func shear(x: Double, y: Double) -> AffineMap {
    // Through degrees, as torchvision does: the last bit may decide which pixel is nearest.
    func angle(_ tangent: Double) -> Double { atan(tangent) * (180 / .pi) * (.pi / 180) }
    let (sx, sy) = (angle(x), angle(y))
    return AffineMap(b: tan(sx), d: sin(sy) / cos(sy))
  }
}

extension RGBImage {
  /// Takes each pixel from the nearest pixel to the place that `map` gives; black where that lies outside.
  ///
  /// Where rows and columns mix, the arithmetic is 16.16 fixed point, as in Pillow's `Image.transform`.
  func transformed(by map: AffineMap) -> RGBImage {
    if map.b == 0 && map.d == 0 { return scaled(by: map) }
    func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
    let (a, b, d, e) = (fixed(map.a), fixed(map.b), fixed(map.d), fixed(map.e))
    let startX = fixed(map.c + map.a * 0.5 + map.b * 0.5)
    let startY = fixed(map.f + map.d * 0.5 + map.e * 0.5)
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height {
          var (x, y) = (startX + row * b, startY + row * e)
          for column in 0..<width {
            let (fromX, fromY) = (x >> 16, y >> 16)
            if fromX >= 0 && fromX < width && fromY >= 0 && fromY < height {
              let (from, to) = ((fromY * width + fromX) * 3, (row * width + column) * 3)
              for channel in 0..<3 { target[to + channel] = source[from + channel] }
            }
            x += a
            y += d
          }
        }
      }
    }
  }

  private func scaled(by map: AffineMap) -> RGBImage {
    func places(_ start: Double, _ step: Double, _ count: Int) -> [Int?] {
      (0..<count).map { place in
        let from = start + step * (Double(place) + 0.5)
        return from >= 0 && Int(from) < count ? Int(from) : nil
      }
    }
    let (columns, rows) = (places(map.c, map.a, width), places(map.f, map.e, height))
    return RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for (row, fromRow) in rows.enumerated() {
          guard let fromRow else { continue }
          for (column, fromColumn) in columns.enumerated() {
            guard let fromColumn else { continue }
            let (from, to) = ((fromRow * width + fromColumn) * 3, (row * width + column) * 3)
            for channel in 0..<3 { target[to + channel] = source[from + channel] }
          }
        }
      }
    }
  }

  /// The image turned counter-clockwise about its middle; corners are cut off or black (Pillow's `Image.rotate`).
  func rotated(byDegrees degrees: Double) -> RGBImage {
    var turn = degrees.truncatingRemainder(dividingBy: 360)
    if turn < 0 { turn += 360 }
    guard turn != 0 else { return self }
    let angle = -(turn * (.pi / 180))
    /// Rounds to 15 decimals, as Pillow does.
    func rounded(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
    var map = AffineMap(a: rounded(cos(angle)), b: rounded(sin(angle)), d: rounded(-sin(angle)), e: rounded(cos(angle)))
    let (x, y) = (Double(width) / 2, Double(height) / 2)
    map.c = map.a * -x + map.b * -y + x
    map.f = map.d * -x + map.e * -y + y
    return transformed(by: map)
  }
}
