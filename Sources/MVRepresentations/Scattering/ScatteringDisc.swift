internal import Foundation

/// The place of each scattering path in a disc of frequencies, and its color there.
struct ScatteringDisc {
  /// Height and width in pixels.
  let side: Int
  let scales: Int
  let angles: Int
  /// The level of each path, 0...1.
  let levels: [ScatteringPath: Double]

  /// Red, green and blue of a pixel of the disc of `order` (1 or 2): the mean over 3 x 3 points in the pixel.
  func color(order: Int, row: Int, column: Int) -> [UInt8] {
    var sum = SIMD3<Double>.zero
    for part in 0..<9 {
      let y = Double(row) + (Double(part / 3) + 0.5) / 3 - Double(side) / 2
      let x = Double(column) + (Double(part % 3) + 0.5) / 3 - Double(side) / 2
      sum += Self.color(of: path(order: order, y: y, x: x).map { levels[$0] ?? 0 })
    }
    return (0..<3).map { UInt8((sum[$0] / 9 * 255).rounded()) }
  }

  /// The path at a point, in pixels from the center; nil outside the disc, in its hub and on the lines between cells.
  func path(order: Int, y: Double, x: Double) -> ScatteringPath? {
    let (outermost, hub) = (Double(side) * 19 / 40, Double(side) / 20)
    let radius = (y * y + x * x).squareRoot()
    guard radius >= hub, radius < outermost else { return nil }
    // 0 at the outer border; each ring is one scale.
    let depth = (outermost - radius) / (outermost - hub) * Double(scales)
    let scale = min(Int(depth), scales - 1)
    // Wavelet 0 is turned this many steps of pi/L from the y axis, and each further one by one step less.
    let start = Int(Double(angles) - Double(angles) / 2 - 1)
    let turns = Double(start) - atan2(x, y) / Double.pi * Double(angles) + 0.5
    let around = turns - (turns / Double(angles)).rounded(.down) * Double(angles)
    let angle = min(Int(around), angles - 1)
    let first = ScatteringPath.Wavelet(scale: scale, angle: angle)
    // Lines a pixel wide, in the same units as the cell's own coordinates.
    let line = (depth: 0.7 / (outermost - hub) * Double(scales), around: 0.7 / (radius * Double.pi) * Double(angles))
    let cell = (depth: depth - Double(scale), around: around - Double(angle))
    guard cell.depth > line.depth, cell.depth < 1 - line.depth, cell.around > line.around, cell.around < 1 - line.around
    else { return nil }
    guard order == 2 else { return ScatteringPath(wavelets: [first]) }
    let coarser = scales - 1 - scale
    guard coarser > 0 else { return nil }
    let second = ScatteringPath.Wavelet(
      scale: scale + 1 + min(Int(cell.depth * Double(coarser)), coarser - 1),
      angle: min(Int(cell.around * Double(angles)), angles - 1))
    return ScatteringPath(wavelets: [first, second])
  }

  /// A color of growing lightness from black over violet, red and orange to pale yellow; dark gray where there is no
  /// path.
  static func color(of level: Double?) -> SIMD3<Double> {
    guard let level else { return SIMD3(repeating: 0.16) }
    let stops: [SIMD3<Double>] = [
      [0.00, 0.00, 0.02], [0.27, 0.05, 0.40], [0.65, 0.16, 0.38], [0.92, 0.41, 0.21], [0.99, 0.73, 0.22],
      [0.99, 1.00, 0.78],
    ]
    let place = min(max(level, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    return stops[index] + (place - Double(index)) * (stops[index + 1] - stops[index])
  }
}
