internal import Foundation

/// A plane of complex numbers with its discrete Fourier transform, in double precision, for filters made once per size.
struct ComplexPlane {
  let height: Int
  let width: Int
  /// The real and the imaginary parts, row by row.
  var real: [Double]
  var imaginary: [Double]

  /// Creates a plane of zeros.
  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    real = [Double](repeating: 0, count: height * width)
    imaginary = real
  }

  /// Replaces the plane by its forward transform, not normalized.
  mutating func transform() {
    let (alongRows, alongColumns) = (Self.roots(of: width), Self.roots(of: height))
    for row in 0..<height { transformLine(from: row * width, stride: 1, roots: alongRows) }
    for column in 0..<width { transformLine(from: column, stride: width, roots: alongColumns) }
  }

  private static func roots(of count: Int) -> [(Double, Double)] {
    (0..<count).map { index in
      let angle = -2 * Double.pi * Double(index) / Double(count)
      return (cos(angle), sin(angle))
    }
  }

  private mutating func transformLine(from start: Int, stride: Int, roots: [(Double, Double)]) {
    let line = roots.indices.map { (real[start + $0 * stride], imaginary[start + $0 * stride]) }
    let spectrum = Self.transformed(line[...], step: 1, roots: roots)
    for (index, value) in spectrum.enumerated() {
      (real[start + index * stride], imaginary[start + index * stride]) = value
    }
  }

  /// Splits off the smallest prime factor: transforms of every `prime`-th value, then sums of these.
  private static func transformed(
    _ line: ArraySlice<(Double, Double)>, step: Int, roots: [(Double, Double)]
  ) -> [(Double, Double)] {
    let count = (line.count + step - 1) / step
    guard count > 1 else { return [line[line.startIndex]] }
    let prime = (2...count).first { count.isMultiple(of: $0) } ?? count
    let part = count / prime
    let parts = (0..<prime).map { transformed(line.dropFirst($0 * step), step: step * prime, roots: roots) }
    let turn = roots.count / count
    var spectrum = [(Double, Double)](repeating: (0, 0), count: count)
    for frequency in 0..<part {
      for index in stride(from: frequency, to: count, by: part) {
        var (sum, exponent) = ((0.0, 0.0), 0)
        for values in parts {
          let (root, value) = (roots[exponent * turn], values[frequency])
          sum.0 += value.0 * root.0 - value.1 * root.1
          sum.1 += value.0 * root.1 + value.1 * root.0
          exponent += index
          if exponent >= count { exponent -= count }
        }
        spectrum[index] = sum
      }
    }
    return spectrum
  }
}
