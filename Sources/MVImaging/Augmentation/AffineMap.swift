internal import CKernels
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
  /// The arithmetic is 16.16 fixed point, as in Pillow's `Image.transform`.
  func transformed(by map: AffineMap) -> RGBImage {
    func fixed(_ value: Double) -> Int64 { Int64((value * 65536 + 0.5).rounded(.down)) }
    var warp = mvk_warp(
      x: fixed(map.c + map.a * 0.5 + map.b * 0.5), x_column: fixed(map.a), x_row: fixed(map.b),
      y: fixed(map.f + map.d * 0.5 + map.e * 0.5), y_column: fixed(map.d), y_row: fixed(map.e))
    return RGBImage(height: height, width: width) { target in
      mvk_warp_nearest(pixels, height, width, &warp, target.baseAddress)
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
