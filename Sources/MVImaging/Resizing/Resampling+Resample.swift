internal import MVCore

extension Resampling {
  /// Resamples the box `x` by `y` of 8-bit pixels to `size`, the channels of a pixel side by side.
  ///
  /// Columns are resampled first, unless rows shrink, and by more than twice as many pixels as columns do: the order of
  /// Pillow 13, so that the roundings between the passes are the same too. Earlier Pillows always take columns first,
  /// which changes some values by one gray level or, bicubic, two. As in Pillow, the box is rounded to single
  /// precision.
  func resample(
    _ source: [UInt8], _ shape: ImageShape, x: Range<Double>, y: Range<Double>, to size: ImageSize
  ) -> [UInt8] {
    let channels = shape.channels
    let across = ResamplingWeights(source: shape.width, interval: x, target: size.width, kernel: self)
    let down = ResamplingWeights(source: shape.height, interval: y, target: size.height, kernel: self)
    if size.height < shape.height, shape.height - size.height > 2 * (shape.width - size.width) {
      let firstColumn = across.starts.min() ?? 0
      let endColumn = min(shape.width, (across.starts.max() ?? 0) + across.span)
      let used = (endColumn - firstColumn) * channels
      let short = down.applied(
        to: source, lines: 0..<1, lineStride: 0, step: shape.width * channels, offset: firstColumn * channels,
        inner: used, limit: shape.height)
      return across.shifted(by: firstColumn).applied(
        to: short, lines: 0..<size.height, lineStride: used, step: channels, inner: channels,
        limit: endColumn - firstColumn)
    }
    let firstRow = down.starts.min() ?? 0
    let endRow = min(shape.height, (down.starts.max() ?? 0) + down.span)
    let narrow = across.applied(
      to: source, lines: firstRow..<endRow, lineStride: shape.width * channels, step: channels, inner: channels,
      limit: shape.width)
    let row = size.width * channels
    return down.shifted(by: firstRow).applied(
      to: narrow, lines: 0..<1, lineStride: 0, step: row, inner: row, limit: endRow - firstRow)
  }
}
