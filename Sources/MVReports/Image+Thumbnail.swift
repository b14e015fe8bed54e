internal import Foundation
internal import MVCore
internal import MVImaging

extension Image {
  /// The image as a PNG file of at most `side` pixels either way; floats are mapped to the range that can be shown.
  func thumbnail(side: Int) throws(MVError) -> Data {
    let image = try displayable
    let longest = max(shape.height, shape.width)
    guard longest > side else { return try image.pngData() }
    let size = ImageSize(height: max(1, shape.height * side / longest), width: max(1, shape.width * side / longest))
    return try image.resized(to: size).pngData()
  }

  /// The image in 8 bits, gray or RGB; with another number of channels, its first channel.
  private var displayable: Image {
    get throws(MVError) {
      let bytes: [UInt8]
      switch pixels {
      case .uint8(let values): bytes = values
      case .float32(let values):
        let finite = values.filter(\.isFinite)
        let (low, high) = (min(0, finite.min() ?? 0), max(1, finite.max() ?? 1))
        bytes = values.map { $0.isFinite ? UInt8(min(255, max(0, ($0 - low) / (high - low) * 255 + 0.5))) : 0 }
      }
      guard shape.channels != 1, shape.channels != 3 else { return Image(shape: shape, pixels: .uint8(bytes)) }
      return Image(
        shape: ImageShape(height: shape.height, width: shape.width, channels: 1),
        pixels: .uint8(stride(from: 0, to: bytes.count, by: shape.channels).map { bytes[$0] }))
    }
  }
}
