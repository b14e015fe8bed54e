public import MVCore

/// How an image is brought to the size that a network or a representation takes: scaled, then cut to its center.
public struct Framing: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The size of the result.
  public var size: ImageSize
  /// What the shorter side is scaled to before the cut; nil scales the image to just cover ``size``.
  ///
  /// Where ``stretches``, it is the side of the square that the whole image is scaled to; nil for ``size`` itself.
  public var resize: Int?
  /// How pixels are weighted when the image is scaled.
  public var interpolation: Resampling
  /// Whether the whole image is scaled to a square, whatever its proportions, as Hugging Face's ViT does.
  public var stretches: Bool

  /// The lengths that an image may be scaled to before the cut.
  package static let resizes = 1...65536

  /// Describes a framing; without `resize` the image just covers `size`, or is stretched to it.
  public init(_ size: ImageSize, resize: Int? = nil, interpolation: Resampling = .bilinear, stretches: Bool = false) {
    self.size = size
    self.resize = resize
    self.interpolation = interpolation
    self.stretches = stretches
  }

  /// That of images of `size` that a network was trained on, `asked` being how they were to be framed.
  ///
  /// Images that were of that size already are as if they had just been covered.
  package init(trainedOn size: ImageSize, asked: Framing?) {
    if let asked, asked.size == size { self = asked } else { self.init(size) }
  }

  private enum CodingKeys: String, CodingKey { case size, resize, interpolation, stretches }

  /// Reads a framing; what is left out but the size is as usual.
  ///
  /// Throws the decoder's error where a side is not 1...32768, or the resize not 1...65536.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    size = try container.decode(ImageSize.self, forKey: .size)
    resize = try container.decodeIfPresent(Int.self, forKey: .resize)
    interpolation = try container.decodeIfPresent(Resampling.self, forKey: .interpolation) ?? .bilinear
    stretches = try container.decodeIfPresent(Bool.self, forKey: .stretches) ?? false
    if let resize, !Self.resizes.contains(resize) {
      throw DecodingError.dataCorruptedError(
        forKey: .resize, in: container, debugDescription: "resize is 1...65536 pixels, not \(resize)")
    }
  }

  /// The size, and what else differs from the usual: `224x224`, `224x224 of 256, bicubic`, `224x224 stretched`.
  public var description: String {
    "\(size)" + (resize.map { " of \($0)" } ?? "") + (stretches ? " stretched" : "")
      + (interpolation == .bilinear ? "" : ", \(interpolation.rawValue)")
  }

  /// Throws a usage error where the cut would be larger than the scaled image.
  public func check() throws(MVError) {
    let least = max(size.height, size.width)
    guard let resize, resize < least else { return }
    throw .usage(
      "resize \(resize)", "is less than the \(size) to be cut out of it", remedy: "resize to \(least) or more")
  }
}

extension Image {
  /// Scales the image and cuts out its center as `framing` says.
  ///
  /// Equal to torchvision's `Resize` and `CenterCrop` on Pillow 13's images. Throws where the pixels are not 8-bit, and
  /// where the scaled image is smaller than the cut.
  public func framed(_ framing: Framing) throws(MVError) -> Image {
    let own = ImageSize(height: shape.height, width: shape.width)
    let scaled = framing.scaledSize(of: own)
    if scaled == own { return try centerCropped(to: framing.size) }
    guard Double(scaled.height) * Double(scaled.width) > Double(Decoding.usualPixelLimit) else {
      return try resized(to: scaled, framing.interpolation).centerCropped(to: framing.size)
    }
    // Of an image a million times as long as wide, what is cut away would not fit into memory.
    let cut = try scaled.center(framing.size)
    let across = Double(own.width) / Double(scaled.width)
    let down = Double(own.height) / Double(scaled.height)
    return try resampled(
      x: Double(cut.left) * across..<Double(cut.left + cut.width) * across,
      y: Double(cut.top) * down..<Double(cut.top + cut.height) * down, to: framing.size, framing.interpolation)
  }
}

extension Framing {
  /// The size that an image of `size` is scaled to before the cut.
  package func scaledSize(of size: ImageSize) -> ImageSize {
    if stretches { return resize.map(ImageSize.square) ?? self.size }
    guard let side = resize else { return self.size.covered(by: size) }
    guard min(size.height, size.width) != side else { return size }
    return size.width <= size.height
      ? ImageSize(height: side * size.height / size.width, width: side)
      : ImageSize(height: side, width: side * size.width / size.height)
  }
}
