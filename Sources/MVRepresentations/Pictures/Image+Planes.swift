internal import MVCore

extension Image {
  /// The factor by which a picture is enlarged: to 320 pixels or more, unless its longer side would then exceed 4096.
  static func enlargement(height: Int, width: Int) -> Int {
    let wanted = (320 + min(height, width) - 1) / min(height, width)
    return max(1, min(wanted, 4096 / max(height, width)))
  }

  /// An 8-bit RGB picture of planes of levels 0...1, channel by channel, enlarged without smoothing.
  static func enlarging(planes levels: [Float], of shape: ImageShape) -> Image {
    let (height, width) = (shape.height, shape.width)
    let scale = enlargement(height: height, width: width)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(height * width * scale * scale * 3)
    for y in 0..<height * scale {
      for x in 0..<width * scale {
        for channel in 0..<3 {
          let plane = shape.channels == 3 ? channel : 0
          let level = levels[(plane * height + y / scale) * width + x / scale]
          bytes.append(UInt8((min(max(level, 0), 1) * 255).rounded()))
        }
      }
    }
    return Image(shape: ImageShape(height: height * scale, width: width * scale, channels: 3), pixels: .uint8(bytes))
  }
}
