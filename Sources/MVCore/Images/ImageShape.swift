/// The size of an image in pixels, and its number of channels.
public struct ImageShape: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Height in pixels.
  public let height: Int
  /// Width in pixels.
  public let width: Int
  /// Values per pixel: 1 for gray, 3 for red, green and blue.
  public let channels: Int

  /// Creates a shape; all three numbers must be positive.
  public init(height: Int, width: Int, channels: Int) {
    precondition(height > 0 && width > 0 && channels > 0, "an image has at least one pixel")
    self.height = height
    self.width = width
    self.channels = channels
  }

  private enum CodingKeys: String, CodingKey { case height, width, channels }

  /// Reads a shape; throws the decoder's error where a side is not 1...2^20, or there are not 1...1024 channels.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let height = try container.decode(Int.self, forKey: .height)
    let width = try container.decode(Int.self, forKey: .width)
    let channels = try container.decode(Int.self, forKey: .channels)
    let sides = 1...1 << 20
    guard sides.contains(height), sides.contains(width), (1...1 << 10).contains(channels) else {
      throw DecodingError.dataCorruptedError(
        forKey: .height, in: container, debugDescription: "\(height)x\(width)x\(channels) is no shape of images")
    }
    self.init(height: height, width: width, channels: channels)
  }

  /// The number of values: height x width x channels.
  public var count: Int { height * width * channels }

  /// The shape as text, for example `32x32x3`: height, width, channels.
  public var description: String { "\(height)x\(width)x\(channels)" }
}

/// The height and width of an image in pixels, written `HxW`.
public struct ImageSize: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Height in pixels.
  public let height: Int
  /// Width in pixels.
  public let width: Int

  /// The lengths that a side may be asked for with, or have in a file.
  package static let sides = 1...32768

  /// Creates a size; both numbers must be positive.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "an image has at least one pixel")
    self.height = height
    self.width = width
  }

  /// Reads `HxW`, or one number for a square; each side may be 1...32768.
  ///
  /// Throws a usage error where `text` is neither.
  public init(parsing text: String) throws(MVError) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), let height = parts[0], let width = parts[parts.count - 1],
      Self.sides.contains(height), Self.sides.contains(width)
    else {
      throw .usage("size \(text)", "is not HEIGHTxWIDTH in pixels", remedy: "write for example 96x96")
    }
    self.init(height: height, width: width)
  }

  private enum CodingKeys: String, CodingKey { case height, width }

  /// Reads a size; throws the decoder's error where a side is not 1...32768.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let height = try container.decode(Int.self, forKey: .height)
    let width = try container.decode(Int.self, forKey: .width)
    guard Self.sides.contains(height), Self.sides.contains(width) else {
      throw DecodingError.dataCorruptedError(
        forKey: .height, in: container, debugDescription: "sides are 1...32768 pixels, not \(height) by \(width)")
    }
    self.init(height: height, width: width)
  }

  /// The size as text, for example `96x128`: height, width.
  public var description: String { "\(height)x\(width)" }
}
