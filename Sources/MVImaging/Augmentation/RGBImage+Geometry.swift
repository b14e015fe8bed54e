internal import CKernels
public import MVCore

extension RGBImage {
  /// Cuts out the rectangle that begins at row `top` and column `left`; black where it reaches beyond the image.
  public func cropped(top: Int, left: Int, height: Int, width: Int) -> RGBImage {
    let columns = max(0, left)..<max(0, left, min(self.width, left + width))
    return RGBImage(height: height, width: width) { target in
      target.update(repeating: 0)
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height where (0..<self.height).contains(top + row) && !columns.isEmpty {
          let from = ((top + row) * self.width + columns.lowerBound) * 3
          let to = (row * width + columns.lowerBound - left) * 3
          (target.baseAddress! + to).update(from: source.baseAddress! + from, count: columns.count * 3)
        }
      }
    }
  }

  /// The mirror image: left and right exchanged.
  public func flippedHorizontally() -> RGBImage {
    var copy = self
    copy.flipHorizontally()
    return copy
  }

  /// Exchanges left and right.
  mutating func flipHorizontally() {
    let (height, width) = (height, width)
    pixels.withUnsafeMutableBufferPointer { mvk_mirror($0.baseAddress, height, width) }
  }

  /// Resizes with antialiasing; equal to Pillow's `resize` of an 8-bit image.
  public func resized(to size: ImageSize, filter: Resampling = .bilinear) -> RGBImage {
    resized(top: 0, left: 0, height: height, width: width, to: size, filter)
  }

  /// The rectangle that begins at row `top` and column `left`, which must lie within the image, resized to `size`.
  func resized(
    top: Int, left: Int, height: Int, width: Int, to size: ImageSize, _ filter: Resampling
  ) -> RGBImage {
    precondition(top >= 0 && left >= 0 && top + height <= self.height && left + width <= self.width)
    let stride = self.width * 3
    let made = pixels.withUnsafeBufferPointer { source in
      filter.resample(
        mvk_pixels(
          bytes: source.baseAddress! + top * stride + left * 3, height: height, width: width, channels: 3,
          stride: stride), x: 0..<Double(width), y: 0..<Double(height), to: size)
    }
    return RGBImage(height: size.height, width: size.width, pixels: made)
  }
}
