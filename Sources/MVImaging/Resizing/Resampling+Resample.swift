internal import CKernels
internal import MVCore

extension Resampling {
  /// The pixels, of `count`, that are weighted where `range` of them is resampled, `scale` to a pixel of the result.
  func pixels(_ range: Range<Double>, scale: Double, of count: Int) -> Range<Int> {
    let reach = (self == .bilinear ? 1.0 : 2.0) * max(1, scale) + 1
    return max(0, Int(range.lowerBound - reach))..<min(count, Int((range.upperBound + reach).rounded(.up)))
  }

  /// Resamples the box `x` by `y` of 8-bit pixels to `size`, the channels of a pixel side by side.
  ///
  /// Columns are resampled first, unless rows shrink, and by more than twice as many pixels as columns do: the order of
  /// Pillow 13, so that the roundings between the passes are the same too. Earlier Pillows always take columns first,
  /// which changes some values by one gray level or, bicubic, two. As in Pillow, the box is rounded to single
  /// precision.
  func resample(
    _ source: [UInt8], _ shape: ImageShape, x: Range<Double>, y: Range<Double>, to size: ImageSize
  ) -> [UInt8] {
    precondition(source.count == shape.count, "the pixels do not fill the image")
    return source.withUnsafeBufferPointer { source in
      resample(
        mvk_pixels(
          bytes: source.baseAddress, height: shape.height, width: shape.width, channels: shape.channels,
          stride: shape.width * shape.channels), x: x, y: y, to: size)
    }
  }

  /// Resamples the box `x` by `y` of a rectangle of pixels, which lies in memory that outlives the call.
  func resample(_ source: mvk_pixels, x: Range<Double>, y: Range<Double>, to size: ImageSize) -> [UInt8] {
    let count = size.height * size.width * source.channels
    return [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      withUnsafePointer(to: source) { source in
        mvk_resample(
          source, mvk_interval(lower: x.lowerBound, upper: x.upperBound),
          mvk_interval(lower: y.lowerBound, upper: y.upperBound), self == .bilinear ? MVK_BILINEAR : MVK_BICUBIC,
          size.height, size.width, target.baseAddress)
      }
      initialized = count
    }
  }
}
