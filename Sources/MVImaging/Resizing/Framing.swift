public import MVCore

/// How an image is brought to the size that a network or a representation takes: scaled, then cut to its center.
public struct Framing: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The size of the result.
  public var size: ImageSize
  /// What the shorter side is scaled to before the cut; nil scales the image to just cover ``size``.
  public var resize: Int?
  /// How pixels are weighted when the image is scaled.
  public var interpolation: Resampling

  /// Describes a framing; without `resize` the image just covers `size`.
  public init(_ size: ImageSize, resize: Int? = nil, interpolation: Resampling = .bilinear) {
    self.size = size
    self.resize = resize
    self.interpolation = interpolation
  }

  /// The size, and what else differs from the usual: `224x224`, or `224x224 of 256, bicubic`.
  public var description: String {
    "\(size)" + (resize.map { " of \($0)" } ?? "")
      + (interpolation == .bilinear ? "" : ", \(interpolation.rawValue)")
  }

  /// Throws a usage error where the cut would be larger than the scaled image.
  public func check() throws(MVError) {
    guard let resize, resize < max(size.height, size.width) else { return }
    throw .usage(
      "resize \(resize)", "is less than the \(size) to be cut out of it", remedy: "resize to \(size.height) or more")
  }
}

extension Image {
  /// Scales the image and cuts out its center as `framing` says.
  ///
  /// Equal to torchvision's `Resize` and `CenterCrop` on Pillow 13's images. Throws where the pixels are not 8-bit, and
  /// where the scaled image is smaller than the cut.
  public func framed(_ framing: Framing) throws(MVError) -> Image {
    guard let side = framing.resize else { return try covering(framing.size, framing.interpolation) }
    guard min(shape.height, shape.width) != side else { return try centerCropped(to: framing.size) }
    let between =
      shape.width <= shape.height
      ? ImageSize(height: side * shape.height / shape.width, width: side)
      : ImageSize(height: side, width: side * shape.width / shape.height)
    return try resized(to: between, framing.interpolation).centerCropped(to: framing.size)
  }
}
