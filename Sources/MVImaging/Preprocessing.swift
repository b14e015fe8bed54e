public import MVCore

/// What is done to an image before a network sees it: framing, then normalization of each channel.
///
/// A channel's value v, 0...255, becomes `(v / 255 - mean) / deviation`.
///
/// ```swift
/// let published = Preprocessing.clip(224)
/// let input = try image.framed(published.framing)
/// ```
public struct Preprocessing: Hashable, Sendable, Codable {
  /// How the image is scaled and cut.
  public var framing: Framing
  /// The mean of each channel of values 0...1: red, green, blue.
  public var mean: [Float]
  /// The standard deviation of each channel of values 0...1: red, green, blue.
  public var deviation: [Float]

  /// Describes a preprocessing; `mean` and `deviation` have a value for each of three channels.
  public init(framing: Framing, mean: [Float], deviation: [Float]) {
    precondition(mean.count == 3 && deviation.count == 3, "three channels")
    self.framing = framing
    self.mean = mean
    self.deviation = deviation
  }

  private enum CodingKeys: String, CodingKey { case framing, mean, deviation }

  /// Reads a preprocessing.
  ///
  /// Throws the decoder's error where its framing cannot be, or its statistics are not three finite means and three
  /// finite deviations above 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    framing = try container.decode(Framing.self, forKey: .framing)
    mean = try container.decode([Float].self, forKey: .mean)
    deviation = try container.decode([Float].self, forKey: .deviation)
    guard ImageStatistics(mean: mean, deviation: deviation) != nil else {
      throw DecodingError.dataCorruptedError(
        forKey: .mean, in: container,
        debugDescription: "three finite means and three deviations above 0 are needed, not \(mean) and \(deviation)")
    }
  }

  /// The field's usual ones by name, as a person writes them.
  public enum Preset: String, Hashable, Sendable, CaseIterable {
    /// torchvision's: shorter side 256 of 224, bilinear, ImageNet's statistics.
    case imagenet
    /// CLIP's: shorter side the input's own, bicubic, CLIP's statistics.
    case clip
    /// DINO's, DINOv2's and DeiT's: shorter side 256 of 224, bicubic, ImageNet's statistics.
    case dino
    /// The size alone: values stay 0...1.
    case none
  }

  /// The preset `preset` for a square input of `side` pixels.
  public init(_ preset: Preset, side: Int) {
    switch preset {
    case .imagenet: self = .imagenet(side)
    case .clip: self = .clip(side)
    case .dino: self = .dino(side)
    case .none: self.init(framing: Framing(.square(side)), mean: [0, 0, 0], deviation: [1, 1, 1])
    }
  }

  /// torchvision's for ImageNet: the shorter side 8/7 of the input, bilinear.
  public static func imagenet(_ side: Int) -> Preprocessing {
    Preprocessing(
      framing: Framing(.square(side), resize: side * 8 / 7), mean: ImageStatistics.imagenet.mean,
      deviation: ImageStatistics.imagenet.deviation)
  }

  /// DINO's, DINOv2's and DeiT's: the shorter side 8/7 of the input, bicubic.
  public static func dino(_ side: Int) -> Preprocessing {
    var own = imagenet(side)
    own.framing.interpolation = .bicubic
    return own
  }

  /// CLIP's: the shorter side that of the input, bicubic, with the statistics of its training images.
  public static func clip(_ side: Int) -> Preprocessing {
    Preprocessing(
      framing: Framing(.square(side), resize: side, interpolation: .bicubic),
      mean: ImageStatistics.clip.mean, deviation: ImageStatistics.clip.deviation)
  }

  /// timm's for vision transformers that Google trained: the shorter side 10/9 of the input, bicubic, values -1...1.
  public static func inception(_ side: Int) -> Preprocessing {
    Preprocessing(
      framing: Framing(.square(side), resize: side * 10 / 9, interpolation: .bicubic), mean: [0.5, 0.5, 0.5],
      deviation: [0.5, 0.5, 0.5])
  }

  /// The published one of the CIFAR networks: the image as it is, ImageNet's statistics.
  public static func plain(_ side: Int, _ statistics: ImageStatistics) -> Preprocessing {
    Preprocessing(
      framing: Framing(.square(side)), mean: statistics.mean, deviation: statistics.deviation)
  }
}

extension ImageSize {
  /// As high as wide.
  public static func square(_ side: Int) -> ImageSize { ImageSize(height: side, width: side) }
}
