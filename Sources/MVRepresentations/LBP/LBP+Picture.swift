public import MVCore

extension LBP {
  /// The code of each pixel as a gray level, from the smallest possible code, black, to the largest, white; a variance
  /// relative to the image's largest, as its square root.
  public func picture(of image: Image) throws(MVError) -> Image {
    _ = try layout(for: image.shape)
    var coder = self
    coder.output = .map
    coder.grid = 1
    let map = try coder.features(of: image).values
    let levels: [Float]
    if method == .variance {
      let largest = max(map.max() ?? 0, 1e-12)
      levels = map.map { (max($0, 0) / largest).squareRoot() }
    } else {
      let largest = Float(largestCode)
      levels = map.map { $0 / largest }
    }
    let (height, width) = (image.shape.height, image.shape.width)
    let scale = Image.enlargement(height: height, width: width)
    var bytes = [UInt8](repeating: 0, count: height * width * scale * scale * 3)
    for y in 0..<height * scale {
      for x in 0..<width * scale {
        let value = UInt8((min(levels[y / scale * width + x / scale], 1) * 255).rounded())
        for channel in 0..<3 { bytes[(y * width * scale + x) * 3 + channel] = value }
      }
    }
    return Image(shape: ImageShape(height: height * scale, width: width * scale, channels: 3), pixels: .uint8(bytes))
  }

  /// The largest code the method can give.
  private var largestCode: Int {
    switch method {
    case .default, .rotationInvariant: (1 << points) - 1
    case .uniform: points + 1
    case .nonRotationInvariantUniform: points * (points - 1) + 2
    case .variance: 1
    }
  }
}
