internal import Foundation

/// The filters of a scattering transform, computed in double precision and given by their spectra.
///
/// They follow kymatio's definition down to the constants that matter at 1e-5: the norm takes 3.1415 for pi, a
/// rotation's entries are rounded to single precision, and filters are made periodic by summing 5 x 5 shifted copies.
struct ScatteringFilters {
  let height: Int
  let width: Int
  let scales: Int
  let angles: Int

  /// The real spectrum, `height` x `width`, of the wavelet psi of a scale and an angle.
  func wavelet(scale: Int, angle: Int) -> [Double] {
    let sigma = 0.8 * Double(1 << scale)
    let frequency = 3.0 / 4.0 * Double.pi / Double(1 << scale)
    // The first angle is the integer part of L/2 - 1 steps above the axis.
    let turn = Double(Int(Double(angles) - Double(angles) / 2 - 1) - angle) * Double.pi / Double(angles)
    let slant = 4.0 / Double(angles)
    var wave = gabor(sigma: sigma, turn: turn, frequency: frequency, slant: slant)
    let envelope = gabor(sigma: sigma, turn: turn, frequency: 0, slant: slant)
    // Subtract as much of the envelope as makes the mean exactly zero.
    let mass = envelope.real.reduce(0, +)
    let (real, imaginary) = (wave.real.reduce(0, +) / mass, wave.imaginary.reduce(0, +) / mass)
    for index in wave.real.indices {
      wave.real[index] -= real * envelope.real[index]
      wave.imaginary[index] -= imaginary * envelope.real[index]
    }
    wave.transform()
    return wave.real
  }

  /// The spectrum of the Gaussian phi_J along one axis of `length`; that of phi_J is the product over both axes.
  private func lowPass(length: Int) -> [Double] {
    let sigma = 0.8 * Double(1 << (scales - 1))
    var line = ComplexPlane(height: 1, width: length)
    for index in 0..<length {
      for copy in -2...2 {
        let x = Double(index + copy * length)
        line.real[index] += exp(-x * x / (2 * sigma * sigma)) / (sqrt(2 * 3.1415) * sigma)
      }
    }
    line.transform()
    return line.real
  }

  /// The low-pass filter along an axis of `length` at `level`, as taps: one per sample of that level.
  func lowPassTaps(length: Int, level: Int) -> [Double] {
    let band = Self.kept(length, level: level)
    let spectrum = lowPass(length: length)
    var line = ComplexPlane(height: 1, width: band.count)
    for (index, frequency) in band.enumerated() { line.real[index] = spectrum[frequency] / Double(band.count) }
    // The spectrum is even, so that the forward transform is the inverse as well.
    line.transform()
    return line.real
  }

  /// A wavelet's spectrum, cropped to a band that has been halved `level` times.
  func cropped(_ spectrum: [Double], level: Int) -> [Double] {
    let columns = Self.kept(width, level: level)
    return Self.kept(height, level: level).flatMap { row in columns.map { spectrum[row * width + $0] } }
  }

  /// The frequencies of an axis of `length` that remain when its band is halved `level` times, in the transform's
  /// order.
  ///
  /// Of n remaining frequencies these are -n/2 ..< n/2; the others are taken as zero.
  private static func kept(_ length: Int, level: Int) -> [Int] {
    let count = length >> level
    return (0..<count).map { $0 < count - count / 2 ? $0 : $0 + length - count }
  }

  /// A Gaussian of width `sigma`, longer by 1/`slant` across the direction `turn`, times a plane wave, made periodic.
  private func gabor(sigma: Double, turn: Double, frequency: Double, slant: Double) -> ComplexPlane {
    let (cosine, sine) = (Double(Float(cos(turn))), Double(Float(sin(turn))))
    let scale = 1 / (2 * sigma * sigma)
    let yy = (cosine * cosine + slant * slant * sine * sine) * scale
    let xy = 2 * cosine * sine * (1 - slant * slant) * scale
    let xx = (sine * sine + slant * slant * cosine * cosine) * scale
    let (alongY, alongX) = (frequency * cos(turn), frequency * sin(turn))
    let norm = slant / (2 * 3.1415 * sigma * sigma)
    var plane = ComplexPlane(height: height, width: width)
    for tileY in -2...2 {
      for tileX in -2...2 {
        for row in 0..<height {
          let y = Double(row + tileY * height)
          for column in 0..<width {
            let x = Double(column + tileX * width)
            let decay = yy * y * y + xy * x * y + xx * x * x
            guard decay < 60 else { continue }  // below 1e-26 of the peak
            let (size, phase) = (norm * exp(-decay), alongY * y + alongX * x)
            plane.real[row * width + column] += size * cos(phase)
            plane.imaginary[row * width + column] += size * sin(phase)
          }
        }
      }
    }
    return plane
  }
}
