public import MVCore

extension Image {
  /// Resamples the whole image to `size`; 8-bit images only, equal to Pillow's `Image.resize` within one grey level.
  public func resized(to size: ImageSize, _ kernel: Resampling = .bilinear) throws(MVError) -> Image {
    try resampled(
      x: 0..<Double(shape.width), y: 0..<Double(shape.height), to: size, kernel)
  }

  /// Resizes so that the image just covers `size`, keeping its proportions, and cuts out the centre: torchvision's
  /// `Resize` of the shorter side followed by `CenterCrop`.
  public func covering(_ size: ImageSize, _ kernel: Resampling = .bilinear) throws(MVError) -> Image {
    if shape.height == size.height, shape.width == size.width { return self }
    let scale = max(
      Double(size.height) / Double(shape.height), Double(size.width) / Double(shape.width))
    let between = ImageSize(
      height: max(size.height, Int((Double(shape.height) * scale).rounded(.down))),
      width: max(size.width, Int((Double(shape.width) * scale).rounded(.down))))
    return try resized(to: between, kernel).centreCropped(to: size)
  }

  /// Cuts out the centre; the image must be at least as large as `size`.
  public func centreCropped(to size: ImageSize) throws(MVError) -> Image {
    guard size.height <= shape.height, size.width <= shape.width else {
      throw .badData("image", "of \(shape) is smaller than the crop \(size)", remedy: "resize it first")
    }
    // torchvision rounds half a pixel to even, as Python does.
    let top = Int((Double(shape.height - size.height) / 2).rounded(.toNearestOrEven))
    let left = Int((Double(shape.width - size.width) / 2).rounded(.toNearestOrEven))
    return cropped(top: top, left: left, to: size)
  }

  /// Cuts out `size` pixels from row `top` and column `left`; they must lie within the image.
  public func cropped(top: Int, left: Int, to size: ImageSize) -> Image {
    precondition(top >= 0 && left >= 0 && top + size.height <= shape.height && left + size.width <= shape.width)
    func cut<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(size.height * size.width * shape.channels)
      for row in top..<top + size.height {
        let start = (row * shape.width + left) * shape.channels
        result += values[start..<start + size.width * shape.channels]
      }
      return result
    }
    let cutShape = ImageShape(height: size.height, width: size.width, channels: shape.channels)
    switch pixels {
    case .uint8(let values): return Image(shape: cutShape, pixels: .uint8(cut(values)))
    case .float32(let values): return Image(shape: cutShape, pixels: .float32(cut(values)))
    }
  }

  /// Resamples the box `x` by `y` (pixels, fractions allowed, within the image) to `size`: Pillow's `resize(box=)`.
  public func resampled(
    x: Range<Double>, y: Range<Double>, to size: ImageSize, _ kernel: Resampling = .bilinear
  ) throws(MVError) -> Image {
    guard case .uint8(let source) = pixels else {
      throw .usage("resize", "takes 8-bit images", remedy: "resize before converting to floats")
    }
    let channels = shape.channels
    let across = ResamplingWeights(
      source: shape.width, origin: x.lowerBound, extent: x.upperBound - x.lowerBound, target: size.width, kernel: kernel
    )
    let down = ResamplingWeights(
      source: shape.height, origin: y.lowerBound, extent: y.upperBound - y.lowerBound, target: size.height,
      kernel: kernel)
    // As Pillow 13 does: the pass first that leaves less for the second (the order shows where cubics overshoot).
    let row = size.width * channels
    let result: [UInt8]
    if size.height * shape.width < shape.height * size.width {
      let firstColumn = across.starts.min() ?? 0
      let endColumn = min(shape.width, (across.starts.max() ?? 0) + across.span)
      let used = (endColumn - firstColumn) * channels
      let short = down.applied(
        to: source, lines: 0..<1, lineStride: 0, step: shape.width * channels, offset: firstColumn * channels,
        inner: used, limit: shape.height)
      result = across.shifted(by: firstColumn).applied(
        to: short, lines: 0..<size.height, lineStride: used, step: channels, inner: channels,
        limit: endColumn - firstColumn)
    } else {
      let firstRow = down.starts.min() ?? 0
      let endRow = min(shape.height, (down.starts.max() ?? 0) + down.span)
      let narrow = across.applied(
        to: source, lines: firstRow..<endRow, lineStride: shape.width * channels, step: channels, inner: channels,
        limit: shape.width)
      result = down.shifted(by: firstRow).applied(
        to: narrow, lines: 0..<1, lineStride: 0, step: row, inner: row, limit: endRow - firstRow)
    }
    return Image(
      shape: ImageShape(height: size.height, width: size.width, channels: channels), pixels: .uint8(result))
  }
}

extension ResamplingWeights {
  private init(starts: [Int], weights: [Int32], span: Int) {
    self.starts = starts
    self.weights = weights
    self.span = span
  }

  /// The same weights for an axis whose first `rows` pixels are left out.
  func shifted(by rows: Int) -> ResamplingWeights {
    ResamplingWeights(starts: starts.map { $0 - rows }, weights: weights, span: span)
  }

  /// Resamples along one axis: each line holds `limit` groups of `inner` values, `step` apart from `offset` on.
  func applied(
    to source: [UInt8], lines: Range<Int>, lineStride: Int, step: Int, offset: Int = 0, inner: Int, limit: Int
  ) -> [UInt8] {
    let target = starts.count
    let half = Int32(1) << (Self.precision - 1)
    return [UInt8](unsafeUninitializedCapacity: lines.count * target * inner) { result, count in
      var sums = [Int32](repeating: 0, count: inner)
      for line in lines {
        for pixel in 0..<target {
          for place in 0..<inner { sums[place] = half }
          for tap in 0..<min(span, limit - starts[pixel]) {
            let weight = weights[pixel * span + tap]
            guard weight != 0 else { continue }
            let from = offset + line * lineStride + (starts[pixel] + tap) * step
            for place in 0..<inner { sums[place] &+= weight &* Int32(source[from + place]) }
          }
          let to = ((line - lines.lowerBound) * target + pixel) * inner
          for place in 0..<inner { result[to + place] = UInt8(clamping: sums[place] >> Self.precision) }
        }
      }
      count = lines.count * target * inner
    }
  }
}
