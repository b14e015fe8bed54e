public import MVCore

/// Drawn images that show a representation what real ones would: shading, edges, stripes, color and grain.
public enum CheckImages {
  /// Five batches of two images each.
  ///
  /// 45 x 37, 96 x 96 and 32 x 32 in 8-bit RGB, then 45 x 37 in 8-bit gray and in RGB floats in 0...1.
  public static let batches: [ImageBatch] = {
    let color = [(45, 37), (96, 96), (32, 32)].map { draw(ImageShape(height: $0, width: $1, channels: 3)) }
    let gray = draw(ImageShape(height: 45, width: 37, channels: 1))
    guard case .uint8(let values) = color[0].pixels else { return color }
    return color + [
      gray, ImageBatch(count: 2, shape: color[0].shape, pixels: .float32(values.map { Float($0) / 255 })),
    ]
  }()

  /// Two images of `shape`, a pure function of it: the second is turned, and has other colors and grain.
  static func draw(_ shape: ImageShape) -> ImageBatch {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(2 * shape.count)
    for image in 0..<2 {
      var random = SeededGenerator(seed: 20, keys: UInt64(image), UInt64(shape.count))
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let (u, v) = (Double(x) / Double(shape.width), Double(y) / Double(shape.height))
          let (along, across) = image == 0 ? (u, v) : (v, 1 - u)
          // A disk before a shaded ground, stripes within and without.
          let inside = (along - 0.6) * (along - 0.6) + (across - 0.4) * (across - 0.4) < 0.09
          let level = inside ? 0.75 + 0.15 * stripe(9 * across) : 0.2 + 0.3 * along + 0.1 * stripe(4 * (along + across))
          for channel in 0..<shape.channels {
            let tint = inside ? [1, 0.6, 0.3][(channel + image) % 3] : [0.7, 0.9, 1][(channel + image) % 3]
            let grain = Double.random(in: -0.04...0.04, using: &random)
            pixels.append(UInt8((min(max(level * tint + grain, 0), 1) * 255).rounded()))
          }
        }
      }
    }
    return ImageBatch(count: 2, shape: shape, pixels: .uint8(pixels))
  }

  /// A triangle wave of period 1 in -1...1; free of the library's sine, which may differ in its last digit.
  private static func stripe(_ phase: Double) -> Double { 4 * abs(phase - phase.rounded()) - 1 }
}
