internal import CKernels
public import MVCore

extension Representation {
  /// Throws a usage error naming the first setting that is out of its range: properties can be given any value.
  public func checkSettings() throws(MVError) {
    guard !hasPossibleSettings else { return }
    var copy = self
    for (key, value) in settingValues.sorted(by: { $0.key < $1.key }) { try copy.set(key, to: value) }
  }

  /// Throws a data error unless images of `shape` are gray or RGB.
  public func checkChannels(of shape: ImageShape) throws(MVError) {
    guard shape.channels == 1 || shape.channels == 3 else {
      throw .badData(
        "images of \(shape)", "have \(shape.channels) channels; \(Self.name) takes grey (1) or RGB (3)",
        remedy: "convert them first")
    }
  }

  /// 8-bit images as they are, floats scaled by 255 and rounded to nearest; throws for a value outside 0...1.
  func bytes(of images: ImageBatch) throws(MVError) -> ImageBatch {
    guard case .float32(let values) = images.pixels, !values.isEmpty else { return images }
    var bytes = [UInt8](repeating: 0, count: values.count)
    let done = values.withUnsafeBufferPointer { values in
      bytes.withUnsafeMutableBufferPointer { bytes in
        mvk_unit_to_uint8(values.baseAddress, bytes.baseAddress, values.count)
      }
    }
    guard done == values.count else {
      throw images.badPixel(
        done, "is outside of 0...1, all that \(Self.name) takes of floats",
        remedy: "scale the pixels to 0...1, or give 8-bit images")
    }
    return ImageBatch(count: images.count, shape: images.shape, pixels: .uint8(bytes))
  }

  /// The layout of rows of `images`, once the size of the buffer and the pixels have been checked: how `compute`
  /// begins.
  ///
  /// Throws what `layout(for:)` throws, a usage error where `values` is not the size of all rows, and a data error that
  /// names the image where a float pixel is not finite or beyond 1e15.
  public func checkedLayout(for images: ImageBatch, values: Int) throws(MVError) -> FeatureLayout {
    let layout = try layout(for: images.shape)
    try checkRows(of: layout.count, for: images, values: values)
    return layout
  }

  /// What ``checkedLayout(for:values:)`` checks beside the layout, which takes longer to name than a small image.
  func checkRows(of columns: Int, for images: ImageBatch, values: Int) throws(MVError) {
    guard values == images.count * columns else {
      throw .usage(
        "buffer of \(values) values", "does not hold \(images.count) rows of \(Self.name)",
        remedy: "it takes \(images.count) x \(columns) = \(images.count * columns)")
    }
    try images.checkPixels()
  }
}
