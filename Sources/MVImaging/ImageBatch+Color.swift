package import MVCore

extension ImageShape {
  /// The shape of the images in three channels; throws, naming `subject`, for images that are neither gray nor RGB.
  package func inColor(_ subject: String) throws(MVError) -> ImageShape {
    guard channels == 1 || channels == 3 else {
      throw .badData(
        subject, "has images of \(channels) channels, neither grey nor RGB", remedy: "give 1 or 3 channels")
    }
    return ImageShape(height: height, width: width, channels: 3)
  }
}

extension ImageBatch {
  /// 8-bit RGB; gray is repeated, floats 0...1 are rounded to bytes.
  ///
  /// Throws, naming `subject`, for images that are neither gray nor RGB, and, naming the image by its place, for floats
  /// outside 0...1.
  package func bytesInColor(_ subject: String) throws(MVError) -> [UInt8] {
    let inColor = try shape.inColor(subject)
    if shape != inColor { try LargeArray.check(count * inColor.count, for: subject) }
    let bytes: [UInt8]
    switch pixels {
    case .uint8(let values): bytes = values
    case .float32(let values):
      if let place = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
        throw .badData(
          "\(subject) image", "holds \(values[place]), which is outside of 0...1",
          remedy: "scale the pixels to 0...1, or give 8-bit images", row: place / shape.count)
      }
      bytes = values.map { UInt8(($0 * 255).rounded()) }
    }
    return shape.channels == 3 ? bytes : bytes.flatMap { [$0, $0, $0] }
  }
}
