public import MVCore

extension ColorHistogram {
  private static let side = 320
  private static let gap = 16

  /// Bars in the colors of the bins: one square per level of the pyramid, divided into cells as the image is.
  ///
  /// Of joint bins only those with pixels in them have a bar, in the order of the bins. A bar's height is the square
  /// root of its share, relative to the highest bar of the cell. Throws where the row of `image` cannot be computed.
  public func picture(of image: Image) throws(MVError) -> Image {
    var shares = self
    shares.norm = .hellinger
    let values = try shares.features(of: image).values
    let cellBins = joint ? bins * bins * bins : 3 * bins
    let step = Self.side + Self.gap
    var canvas = try Canvas(
      width: pyramid * step + Self.gap, height: step + Self.gap, background: Canvas.Color(0.93, 0.93, 0.92))
    var start = 0
    for level in 0..<pyramid {
      let cells = 1 << level
      for cell in 0..<cells * cells {
        let size = Float(Self.side) / Float(cells)
        let left = Float(Self.gap + level * step) + Float(cell % cells) * size
        let top = Float(Self.gap) + Float(cell / cells) * size
        let inset: Float = cells > 1 ? 1 : 0
        draw(
          Array(values[start..<start + cellBins]), on: &canvas, x: left + inset...left + size - inset,
          y: top + inset...top + size - inset)
        start += cellBins
      }
    }
    return canvas.image
  }

  private func draw(_ values: [Float], on canvas: inout Canvas, x: ClosedRange<Float>, y: ClosedRange<Float>) {
    canvas.fill(x: x, y: y, Canvas.Color(0.99, 0.99, 0.99))
    let highest = max(values.max() ?? 0, 1e-6)
    if joint {
      let shown = values.indices.filter { values[$0] > 0 }
      let pitch = (x.upperBound - x.lowerBound) / Float(shown.count)
      for (position, bin) in shown.enumerated() {
        let left = x.lowerBound + Float(position) * pitch
        let top = y.upperBound - values[bin] / highest * (y.upperBound - y.lowerBound)
        // Hairlines between wide bars keep neighbors of similar color apart.
        let right = left + pitch - (pitch > 4 ? 1 : 0)
        canvas.fill(
          x: left...right, y: top...y.upperBound, color(of: [bin / (bins * bins), bin / bins % bins, bin % bins]))
      }
      return
    }
    let strip = (y.upperBound - y.lowerBound) / 3
    let pitch = (x.upperBound - x.lowerBound) / Float(bins)
    for channel in 0..<3 {
      let floor = y.lowerBound + Float(channel + 1) * strip
      for bin in 0..<bins {
        let left = x.lowerBound + Float(bin) * pitch
        let height = values[channel * bins + bin] / highest * (strip - 2)
        canvas.fill(
          x: left...left + pitch - (pitch > 4 ? 1 : 0), y: floor - height...floor, color(of: bin, in: channel))
      }
      canvas.fill(x: x, y: floor - 0.5...floor + 0.5, .gray(0.75))
    }
  }
}
