public import MVCore

extension Scattering {
  /// The coefficients, averaged over space and channels, as one disc of frequencies per order: order 1, then order 2.
  ///
  /// A disc's rings are the scales of the first wavelet, the finest outermost; its sectors are that wavelet's angles,
  /// each drawn where its frequencies lie and again opposite. In the disc of order 2 each such cell is split in the
  /// same way: by the scale of the second wavelet along the radius, the finer outside, and by its angle around. Dark is
  /// 0, and the brightest is the disc's largest coefficient. A disc has 320 x 320 pixels. Throws where the row of
  /// `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    let features = try features(of: image)
    let means = means(of: features.values[...], channels: image.shape.channels)
    return sheet(of: [means], across: 1, side: 320)
  }

  /// The mean of each path's coefficient over space and channels; `values` is one row: channel, coefficient, y, x.
  func means(of values: ArraySlice<Float>, channels: Int) -> [ScatteringPath: Double] {
    let paths = paths
    let area = values.count / (channels * paths.count)
    var means: [ScatteringPath: Double] = [:]
    for (index, path) in paths.enumerated() {
      let sum = (0..<channels).reduce(0.0) { sum, channel in
        let first = values.startIndex + (channel * paths.count + index) * area
        return values[first..<first + area].reduce(sum) { $0 + Double($1) }
      }
      means[path] = max(0, sum / Double(channels * area))
    }
    return means
  }

  /// Discs of `side` pixels, `across` per line: those of order 1, and beside them those of order 2 if there are any.
  ///
  /// Brightness is relative to the order's largest coefficient in all discs.
  func sheet(of means: [[ScatteringPath: Double]], across: Int, side: Int) -> Image {
    var largest = [0.0, 0.0, 0.0]
    for (path, mean) in means.joined() { largest[path.wavelets.count] = max(largest[path.wavelets.count], mean) }
    // An image without contrast leaves only rounding errors, which must not be shown at full brightness.
    let floor = 1e-5 * max(largest[0], .leastNormalMagnitude)
    let discs = means.map { means in
      let levels = means.reduce(into: [:]) { levels, entry in
        levels[entry.key] = entry.value / max(largest[entry.key.wavelets.count], floor)
      }
      return ScatteringDisc(side: side, scales: scales, angles: angles, levels: levels)
    }
    let orders = order == 2 && scales > 1 ? 1...2 : 1...1
    var bytes: [UInt8] = []
    for row in 0..<discs.count / across * side {
      for order in orders {
        for column in 0..<across * side {
          let disc = discs[row / side * across + column / side]
          bytes += disc.color(order: order, row: row % side, column: column % side)
        }
      }
    }
    let width = across * side * orders.count
    return Image(shape: ImageShape(height: bytes.count / (3 * width), width: width, channels: 3), pixels: .uint8(bytes))
  }
}
