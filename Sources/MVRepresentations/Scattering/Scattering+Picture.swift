internal import Foundation
public import MVCore

extension Scattering {
  /// The coefficients, averaged over space and channels, as discs in the plane of frequencies: order 1, then order 2.
  ///
  /// A disc's rings are the scales of the first wavelet, the finest outermost; its sectors are that wavelet's angles, each
  /// drawn where its frequencies lie and again opposite. In the disc of order 2 each such cell is split in the same way: by
  /// the scale of the second wavelet along the radius, the finer outside, and by its angle around. Dark is 0 and the
  /// brightest is the disc's largest coefficient. The pictures are 320 pixels a disc.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let disc = ScatteringDisc(scales: scales, angles: angles, levels: levels(of: features))
    let discs = order == 2 && scales > 1 ? 2 : 1
    let side = ScatteringDisc.side
    var bytes: [UInt8] = []
    for row in 0..<side {
      for order in 1...discs {
        for column in 0..<side { bytes += disc.color(order: order, row: row, column: column) }
      }
    }
    return Image(shape: ImageShape(height: side, width: side * discs, channels: 3), pixels: .uint8(bytes))
  }

  /// The mean of each path's coefficient, as its share in the largest one of its order.
  private func levels(of features: Features) -> [ScatteringPath: Double] {
    let paths = paths
    let (channels, area) = (features.layout.shape[0], features.layout.shape[2] * features.layout.shape[3])
    var means: [ScatteringPath: Double] = [:]
    for (index, path) in paths.enumerated() {
      let sum = (0..<channels).reduce(0.0) { sum, channel in
        let first = (channel * paths.count + index) * area
        return features.values[first..<first + area].reduce(sum) { $0 + Double($1) }
      }
      means[path] = max(0, sum / Double(channels * area))
    }
    var largest = [0.0, 0.0, 0.0]
    for (path, mean) in means { largest[path.wavelets.count] = max(largest[path.wavelets.count], mean) }
    // An image without any contrast leaves rounding errors behind, which must not be blown up to full brightness.
    let floor = 1e-5 * max(largest[0], .leastNormalMagnitude)
    return means.reduce(into: [:]) { levels, entry in
      levels[entry.key] = entry.value / max(largest[entry.key.wavelets.count], floor)
    }
  }
}
