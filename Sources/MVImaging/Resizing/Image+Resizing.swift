public import MVCore

extension Image {
  /// Resizes the whole image to `size`; equal to `Image.resize` of Pillow 13.
  ///
  /// Throws where the pixels are not 8-bit.
  public func resized(to size: ImageSize, _ kernel: Resampling = .bilinear) throws(MVError) -> Image {
    try resampled(
      x: 0..<Double(shape.width), y: 0..<Double(shape.height), to: size, kernel)
  }

  /// Resizes the image so that it just covers `size`, keeping its proportions, and cuts out the center.
  ///
  /// Equal to torchvision's `Resize` of the shorter side followed by `CenterCrop`. An image that has `size` is returned
  /// as it is; otherwise throws where the pixels are not 8-bit.
  public func covering(_ size: ImageSize, _ kernel: Resampling = .bilinear) throws(MVError) -> Image {
    ImageSize(height: shape.height, width: shape.width) == size
      ? self : try framed(Framing(size, interpolation: kernel))
  }

  /// Cuts out the center; throws where the image is smaller than `size`.
  public func centerCropped(to size: ImageSize) throws(MVError) -> Image {
    let own = ImageSize(height: shape.height, width: shape.width)
    let box = try own.center(size)
    if size == own { return self }
    try LargeArray.check(size.height * size.width * shape.channels, for: "a crop of \(size)")
    return cropped(top: box.top, left: box.left, to: size)
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

  /// Resizes the box `x` by `y` to `size`; equal to `resize(box=)` of Pillow 13.
  ///
  /// The box is in pixels, fractions allowed, and must lie within the image. Throws where the pixels are not 8-bit.
  public func resampled(
    x: Range<Double>, y: Range<Double>, to size: ImageSize, _ kernel: Resampling = .bilinear
  ) throws(MVError) -> Image {
    guard case .uint8(let source) = pixels else {
      throw .usage("resize", "takes 8-bit images", remedy: "resize before converting to floats")
    }
    return Image(
      shape: ImageShape(height: size.height, width: size.width, channels: shape.channels),
      pixels: .uint8(try kernel.resample(source, shape, x: x, y: y, to: size)))
  }
}

extension ImageSize {
  /// The middle rectangle of this size that is as large as `cut`; throws where that is larger.
  func center(_ cut: ImageSize) throws(MVError) -> PixelBox {
    guard cut.height <= height, cut.width <= width else {
      throw .badData("image", "of \(self) is smaller than the crop \(cut)", remedy: "resize it first")
    }
    // torchvision rounds half a pixel to even, as Python does.
    return PixelBox(
      top: Int((Double(height - cut.height) / 2).rounded(.toNearestOrEven)),
      left: Int((Double(width - cut.width) / 2).rounded(.toNearestOrEven)), height: cut.height, width: cut.width)
  }

  /// The size of an image of `other` once it is scaled, in its proportions, to just cover this one.
  ///
  /// In whole numbers: a product of rounded factors may fall just short of the pixel that torchvision has.
  func covered(by other: ImageSize) -> ImageSize {
    let isWide = height * other.width >= width * other.height
    return isWide
      ? ImageSize(height: height, width: height * other.width / other.height)
      : ImageSize(height: width * other.height / other.width, width: width)
  }
}
