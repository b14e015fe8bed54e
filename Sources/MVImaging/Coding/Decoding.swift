/// How image files are decoded.
///
/// The defaults give the pixels of Pillow's `Image.open(file).convert("RGB")`, but that 16 bits a channel are refused.
public struct Decoding: Hashable, Sendable {
  /// How closely scaled images follow those of Pillow.
  public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
    /// The whole file is decoded and then scaled: the bytes of Pillow.
    case exact
    /// No more is decoded than is needed: a JPEG at a fraction of its size, and the part that a crop shows.
    ///
    /// A half, a quarter or an eighth where the result is smaller still, as by Pillow's `draft`. Damage elsewhere in
    /// the file goes unseen.
    case fast
  }

  /// How channels of 16 bits become 8.
  public enum SixteenBits: String, Hashable, Sendable, Codable, CaseIterable {
    /// Such files are errors.
    case refuse
    /// value / 257, rounded: 0 stays 0, and 65535 becomes 255.
    case round
    /// As Pillow's `convert("RGB")`: the high byte of colors, and the smaller of value and 255 of plain gray.
    case pillow
  }

  /// What becomes of transparency.
  public enum Alpha: String, Hashable, Sendable, Codable, CaseIterable {
    /// Colors as they are stored, as Pillow's `convert("RGB")`.
    case drop
    /// The image over white.
    case white
    /// The image over black.
    case black
  }

  /// Whether the EXIF orientation turns the image upright; torchvision and most published protocols ignore it.
  public var honorsOrientation: Bool
  /// How closely scaled images follow those of Pillow.
  public var method: Method
  /// How channels of 16 bits become 8.
  public var sixteenBits: SixteenBits
  /// What becomes of transparency.
  public var alpha: Alpha
  /// The most pixels that a file may have, 1 or more, looked at before memory is taken for them.
  ///
  /// It changes no pixel, so that ways of decoding that differ in it alone are equal, and it is not recorded.
  public var pixelLimit: Int
  /// The usual ``pixelLimit``, that of Pillow: 178,956,970.
  public static let usualPixelLimit = 178_956_970

  /// Creates options; by default orientation is ignored, as torchvision's image folders do.
  public init(
    honorsOrientation: Bool = false, method: Method = .exact, sixteenBits: SixteenBits = .refuse, alpha: Alpha = .drop,
    pixelLimit: Int = usualPixelLimit
  ) {
    self.honorsOrientation = honorsOrientation
    self.method = method
    self.sixteenBits = sixteenBits
    self.alpha = alpha
    self.pixelLimit = pixelLimit
  }

  /// Whether both give the same pixels.
  public static func == (left: Decoding, right: Decoding) -> Bool { left.key == right.key }

  /// Hashes what changes pixels.
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }

  /// What changes pixels.
  private var key: [String] { ["\(honorsOrientation)", method.rawValue, sixteenBits.rawValue, alpha.rawValue] }

  /// What differs from the defaults, in words; empty where nothing does.
  package var words: [String] {
    var words: [String] = []
    if honorsOrientation { words.append("turned by EXIF") }
    if method == .fast { words.append("decoded fast") }
    switch sixteenBits {
    case .refuse: break
    case .round: words.append("16 bits rounded to 8")
    case .pillow: words.append("16 bits made 8 as by Pillow")
    }
    if alpha != .drop { words.append("over \(alpha.rawValue)") }
    return words
  }
}
