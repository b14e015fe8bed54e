public import MVCore

/// Pictures side by side on white, each as tall as the tallest.
public enum ContactSheet {
  /// Pixels between the pictures and around them.
  private static let gap = 8

  /// Joins `pictures` of three channels into one, 256 to 1024 pixels tall and no picture wider than 4096.
  ///
  /// Throws where a picture is not of RGB bytes, or cannot be resized.
  public static func image(of pictures: [Image]) throws(MVError) -> Image {
    // A narrow image must not ask for a picture of gigabytes.
    let height = min(1024, max(256, pictures.map(\.shape.height).max() ?? 0))
    let scaled = try pictures.map { (picture) throws(MVError) in
      let width = min(4096, max(1, picture.shape.width * height / picture.shape.height))
      return try picture.resized(to: ImageSize(height: height, width: width))
    }
    let width = scaled.reduce(0) { $0 + $1.shape.width } + gap * (scaled.count + 1)
    let shape = ImageShape(height: height + 2 * gap, width: width, channels: 3)
    var pixels = [UInt8](repeating: 255, count: shape.count)
    var left = gap
    for (place, picture) in scaled.enumerated() {
      guard case .uint8(let values) = picture.pixels, picture.shape.channels == 3 else {
        throw .badData("picture \(place)", "is not of RGB bytes", remedy: "give pictures of three channels")
      }
      let row = picture.shape.width * 3
      for y in 0..<height {
        let start = ((y + gap) * width + left) * 3
        pixels.replaceSubrange(start..<start + row, with: values[y * row..<(y + 1) * row])
      }
      left += picture.shape.width + gap
    }
    return Image(shape: shape, pixels: .uint8(pixels))
  }
}
