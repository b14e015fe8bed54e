/// The mean and standard deviation of each channel, red, green, blue, of values 0...1, that images are normalized by.
public enum ImageStatistics: String, Hashable, Sendable, Codable, CaseIterable {
  /// Of CIFAR-10, as the released code rounds them; used for CIFAR-10, 20 and 100.
  case cifar
  /// Of ImageNet; used for ImageNet and its subsets, Tiny ImageNet and STL-10.
  case imagenet
  /// 0 and 1: values stay 0...1.
  case none

  /// The mean of each channel.
  public var mean: [Float] {
    switch self {
    case .cifar: [0.491, 0.482, 0.447]
    case .imagenet: [0.485, 0.456, 0.406]
    case .none: [0, 0, 0]
    }
  }

  /// The standard deviation of each channel.
  public var deviation: [Float] {
    switch self {
    case .cifar: [0.247, 0.243, 0.261]
    case .imagenet: [0.229, 0.224, 0.225]
    case .none: [1, 1, 1]
    }
  }
}
