public import MVImaging

/// What the publisher of a network does to an image before it: scaling, cutting, and normalization of each channel.
public struct PublishedPreprocessing: Hashable, Sendable {
  /// What the shorter side is scaled to before the cut.
  public var resize: Int
  /// The side of the square that is cut out of the middle, and that the network sees.
  public var crop: Int
  /// How pixels are weighted when the image is scaled.
  public var interpolation: Resampling
  /// The mean of each channel of values 0...1: red, green, blue.
  public var mean: [Float]
  /// The standard deviation of each channel of values 0...1: red, green, blue.
  public var deviation: [Float]

  /// torchvision's for ImageNet: the shorter side 8/7 of the input, bilinear.
  static func imagenet(_ side: Int, resize: Int? = nil) -> PublishedPreprocessing {
    PublishedPreprocessing(
      resize: resize ?? side * 8 / 7, crop: side, interpolation: .bilinear, mean: ImageStatistics.imagenet.mean,
      deviation: ImageStatistics.imagenet.deviation)
  }

  /// DINO's, DINOv2's and DeiT's: the shorter side 8/7 of the input, bicubic.
  static func dino(_ side: Int) -> PublishedPreprocessing {
    var own = imagenet(side)
    own.interpolation = .bicubic
    return own
  }

  /// CLIP's: the shorter side that of the input, bicubic, with the statistics of its training images.
  static func clip(_ side: Int) -> PublishedPreprocessing {
    PublishedPreprocessing(
      resize: side, crop: side, interpolation: .bicubic, mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
      deviation: [0.268_629_54, 0.261_302_58, 0.275_777_11])
  }

  /// timm's for vision transformers that Google trained: the shorter side 10/9 of the input, bicubic, values -1...1.
  static func inception(_ side: Int, resize: Int? = nil) -> PublishedPreprocessing {
    PublishedPreprocessing(
      resize: resize ?? side * 10 / 9, crop: side, interpolation: .bicubic, mean: [0.5, 0.5, 0.5],
      deviation: [0.5, 0.5, 0.5])
  }

  /// The image as it is, for networks of CIFAR.
  static func plain(_ side: Int, mean: [Float], deviation: [Float]) -> PublishedPreprocessing {
    PublishedPreprocessing(resize: side, crop: side, interpolation: .bilinear, mean: mean, deviation: deviation)
  }
}
