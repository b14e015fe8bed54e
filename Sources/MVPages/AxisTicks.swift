internal import Foundation
internal import MVCore

/// Round numbers along an axis, 1, 2 or 5 times a power of ten apart.
struct AxisTicks: Hashable {
  let values: [Double]
  let step: Double

  /// Computes about `count` ticks that enclose `range`.
  init(enclosing range: ClosedRange<Double>, count: Int) {
    // What is drawn may come from a file, which may say anything: a step has to be a number other than zero.
    let range = max(-1e300, min(1e300, range.lowerBound))...max(-1e300, min(1e300, range.upperBound))
    let difference = range.upperBound - range.lowerBound
    let spread = difference > 1e-300 ? difference : 0
    // A flat line still wants an axis around it.
    let width = spread > 0 ? spread : max(abs(range.lowerBound) * 0.1, 1e-3)
    let rough = width / Double(max(count, 1))
    let power = pow(10, floor(log10(rough)))
    let step = ([1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10) * power
    let low = floor((range.lowerBound - (spread > 0 ? 0 : width / 2)) / step + 1e-9)
    let high = ceil((range.upperBound + (spread > 0 ? 0 : width / 2)) / step - 1e-9)
    self.step = step
    values = stride(from: low, through: high, by: 1).map { $0 * step }
  }

  var range: ClosedRange<Double> { values.first!...values.last! }

  /// The text of a tick, with as many digits as the step needs.
  func label(_ value: Double) -> String {
    let digits = max(0, Int(ceil(-log10(step) - 1e-9)))
    let largest = max(abs(range.lowerBound), abs(range.upperBound))
    if largest >= 1e6 || digits > 5 { return String(format: "%.3g", abs(value) < step * 1e-6 ? 0 : value) }
    if digits == 0 { return grouped(Checked.nearest(value)) }
    return String(format: "%.\(digits)f", abs(value) < step * 1e-6 ? 0 : value)
  }
}
