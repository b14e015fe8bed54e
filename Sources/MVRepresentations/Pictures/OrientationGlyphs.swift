internal import MVCore

/// Histograms of orientations as a picture, one glyph per cell.
///
/// A glyph has a line along the edge that each orientation stands for, the brighter the stronger.
struct OrientationGlyphs {
  /// The number of cells down and across the image.
  let down: Int
  let across: Int
  /// The angle of each orientation's gradient, in radians clockwise from the right.
  let angles: [Float]
  /// Whether opposite gradients count as different; a line is then half as long, to the right when looking along the
  /// gradient.
  let signed: Bool

  /// The picture of `cells`, which holds the strengths of each cell's orientations, row by row.
  ///
  /// Throws where there is no memory for it.
  func image(of cells: [Float]) throws(MVError) -> Image {
    let orientations = angles.count
    let glyph = max(16, (320 + min(down, across) - 1) / min(down, across))
    let strongest = max(strongEnough(cells), 1e-6)
    var canvas = try Canvas(width: across * glyph, height: down * glyph, background: Canvas.Color(0.06, 0.07, 0.10))
    let (dim, bright) = (Canvas.Color(0.20, 0.28, 0.45), Canvas.Color(1, 0.97, 0.88))
    for cell in 0..<down * across {
      let center = (x: (Float(cell % across) + 0.5) * Float(glyph), y: (Float(cell / across) + 0.5) * Float(glyph))
      let votes = cells[cell * orientations..<(cell + 1) * orientations].map {
        min(1, (max($0, 0) / strongest).squareRoot())
      }
      // Faint lines first, so that strong ones stand above them.
      for (orientation, strength) in votes.enumerated().sorted(by: { $0.element < $1.element }) where strength > 0.05 {
        let reach = 0.46 * Float(glyph)
        let (dx, dy) = (-Float.sine(angles[orientation]) * reach, Float.cosine(angles[orientation]) * reach)
        canvas.line(
          from: signed ? center : (center.x - dx, center.y - dy), to: (center.x + dx, center.y + dy),
          thickness: max(1, Float(glyph) / 20), dim.mixed(with: bright, share: strength), opacity: strength)
      }
    }
    return canvas.image
  }

  /// The strength that is drawn brightest: the 90th percentile of the cells' strongest orientations.
  ///
  /// If it were the strongest of all, one hard edge would leave the rest of a picture of unnormalized votes dark.
  private func strongEnough(_ cells: [Float]) -> Float {
    let peaks = (0..<down * across).map { cell in
      cells[cell * angles.count..<(cell + 1) * angles.count].max() ?? 0
    }.filter { $0 > 0 }.sorted()
    return peaks.isEmpty ? 0 : peaks[min(peaks.count - 1, peaks.count * 9 / 10)]
  }
}
