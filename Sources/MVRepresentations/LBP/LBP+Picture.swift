public import MVCore

extension LBP {
  /// The code of each pixel as a gray level, from the smallest possible code (black) to the largest (white).
  ///
  /// A variance is shown as its square root, relative to the image's largest. Throws where the codes of `image` cannot
  /// be computed.
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
    let plane = ImageShape(height: image.shape.height, width: image.shape.width, channels: 1)
    return .enlarging(planes: levels, of: plane)
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
