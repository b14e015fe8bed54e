public import MVCore

/// An 8-bit color image, which augmentations work on.
public struct RGBImage: Hashable, Sendable {
  /// Height in pixels.
  public let height: Int
  /// Width in pixels.
  public let width: Int
  /// The `height * width * 3` values: row by row, the red, green and blue of a pixel side by side.
  public var pixels: [UInt8]

  /// Creates an image; `pixels` must hold `height * width * 3` values.
  public init(height: Int, width: Int, pixels: [UInt8]) {
    precondition(height > 0 && width > 0 && pixels.count == height * width * 3, "the pixels do not fill the image")
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// Takes the pixels of an 8-bit RGB image; throws where `image` is gray or holds floats.
  public init(_ image: Image) throws(MVError) {
    guard case .uint8(let values) = image.pixels, image.shape.channels == 3 else {
      throw .badData("image \(image.shape)", "is not 8-bit RGB", remedy: "convert it to 8-bit RGB first")
    }
    self.init(height: image.shape.height, width: image.shape.width, pixels: values)
  }

  /// The same pixels as an `Image`.
  public var image: Image {
    Image(shape: ImageShape(height: height, width: width, channels: 3), pixels: .uint8(pixels))
  }

  /// Creates an image whose values `fill` writes, all of them.
  init(height: Int, width: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    let count = height * width * 3
    self.init(
      height: height, width: width,
      pixels: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initialized = count
      })
  }

  /// The image after `change` of its values, which are copied.
  func changed(by change: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> RGBImage {
    var copy = self
    copy.pixels.withUnsafeMutableBufferPointer { change($0) }
    return copy
  }
}
