internal import MVCore

extension Image {
  /// The 8-bit image as EXIF orientation `orientation`, 1 to 8, wants it seen; itself for other numbers and pixels.
  func turnedUpright(from orientation: Int) -> Image {
    guard case .uint8(let stored) = pixels, (2...8).contains(orientation) else { return self }
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    // From 5 on rows are columns; then top and bottom, or left and right, may have changed places.
    let isTransposed = orientation >= 5
    let (fromBelow, fromRight) = ([3, 4, 6, 7].contains(orientation), [2, 3, 7, 8].contains(orientation))
    let seen = ImageShape(
      height: isTransposed ? width : height, width: isTransposed ? height : width, channels: channels)
    var turned: [UInt8] = []
    turned.reserveCapacity(stored.count)
    for y in 0..<seen.height {
      for x in 0..<seen.width {
        let (row, column) = isTransposed ? (x, y) : (y, x)
        let place = (fromBelow ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)
        turned += stored[place * channels..<(place + 1) * channels]
      }
    }
    return Image(shape: seen, pixels: .uint8(turned))
  }
}
