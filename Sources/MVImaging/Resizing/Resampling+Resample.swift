internal import CKernels
internal import MVCore

extension Resampling {
  private var filter: mvk_filter {
    switch self {
    case .bilinear: MVK_BILINEAR
    case .bicubic: MVK_BICUBIC
    case .lanczos: MVK_LANCZOS
    }
  }

  /// The pixels, of `count`, that are weighted where `range` of them is resampled, `scale` to a pixel of the result.
  func pixels(_ range: Range<Double>, scale: Double, of count: Int) -> Range<Int> {
    let halfWidth =
      switch self {
      case .bilinear: 1.0
      case .bicubic: 2.0
      case .lanczos: 3.0
      }
    let reach = halfWidth * max(1, scale) + 1
    return max(0, Int(range.lowerBound - reach))..<min(count, Int((range.upperBound + reach).rounded(.up)))
  }

  /// Resamples the box `x` by `y` of 8-bit pixels to `size`, the channels of a pixel side by side.
  ///
  /// Columns are resampled first, unless rows shrink, and by more than twice as many pixels as columns do: the order of
  /// Pillow 13, so that the roundings between the passes are the same too. Earlier Pillows always take columns first,
  /// which changes some values by one gray level or, bicubic, two. As in Pillow, the box is rounded to single
  /// precision. Throws where there is no memory for the result.
  func resample(
    _ source: [UInt8], _ shape: ImageShape, x: Range<Double>, y: Range<Double>, to size: ImageSize
  ) throws(MVError) -> [UInt8] {
    precondition(source.count == shape.count, "the pixels do not fill the image")
    // A closure that throws our own error type.
    return try source.withUnsafeBufferPointer { (source) throws(MVError) in
      try LargeArray.make(size.height * size.width * shape.channels, for: "scaling to \(size)") {
        (target: UnsafeMutableBufferPointer<UInt8>) throws(MVError) in
        let isDone = fill(
          target.baseAddress,
          of: mvk_pixels(
            bytes: source.baseAddress, height: shape.height, width: shape.width, channels: shape.channels,
            stride: shape.width * shape.channels), x: x, y: y, to: size)
        guard isDone else {
          throw MVError(.outOfMemory, "scaling to \(size)", "ran out of memory", remedy: LargeArray.usualRemedy)
        }
      }
    }
  }

  /// Resamples the box `x` by `y` of a rectangle of pixels, which lies in memory that outlives the call.
  func resample(_ source: mvk_pixels, x: Range<Double>, y: Range<Double>, to size: ImageSize) -> [UInt8] {
    let count = size.height * size.width * source.channels
    return [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      guard fill(target.baseAddress, of: source, x: x, y: y, to: size) else {
        preconditionFailure("no memory to scale an image to \(size)")
      }
      initialized = count
    }
  }

  /// False where there is no memory for what stands between the two passes.
  private func fill(
    _ target: UnsafeMutablePointer<UInt8>?, of source: mvk_pixels, x: Range<Double>, y: Range<Double>,
    to size: ImageSize
  ) -> Bool {
    withUnsafePointer(to: source) { source in
      mvk_resample(
        source, mvk_interval(lower: x.lowerBound, upper: x.upperBound),
        mvk_interval(lower: y.lowerBound, upper: y.upperBound), filter,
        size.height, size.width, target) == 0
    }
  }
}
