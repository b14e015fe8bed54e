public import MVCore

extension RGBImage {
  /// Cuts out the rectangle that begins at row `top` and column `left`; black where it reaches beyond the image.
  public func cropped(top: Int, left: Int, height: Int, width: Int) -> RGBImage {
    let columns = max(0, left)..<max(0, left, min(self.width, left + width))
    return RGBImage(height: height, width: width) { target in
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
    RGBImage(height: height, width: width) { target in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height {
          for column in 0..<width {
            let from = (row * width + column) * 3
            let to = (row * width + width - 1 - column) * 3
            for channel in 0..<3 { target[to + channel] = source[from + channel] }
          }
        }
      }
    }
  }

  /// Resizes with antialiasing; equal to Pillow's `resize` of an 8-bit image.
  public func resized(to size: ImageSize, filter: Resampling = .bilinear) -> RGBImage {
    RGBImage(
      height: size.height, width: size.width,
      pixels: filter.resample(
        pixels, ImageShape(height: height, width: width, channels: 3), x: 0..<Double(width), y: 0..<Double(height),
        to: size))
  }
}
