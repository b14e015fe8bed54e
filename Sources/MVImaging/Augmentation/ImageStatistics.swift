/// Means and standard deviations by which images are normalized: one per channel (red, green, blue), for values 0...1.
public enum ImageStatistics: String, Hashable, Sendable, Codable, CaseIterable {
  /// Those of CIFAR-10, as the released code rounds them; used for CIFAR-10, 20 and 100.
  case cifar
  /// Those of ImageNet; used for ImageNet and its subsets, Tiny ImageNet and STL-10.
  case imagenet
  /// Means 0 and deviations 1: values stay 0...1.
  case none

  /// The mean of each channel: red, green, blue.
  public var mean: [Float] {
    switch self {
    case .cifar: [0.491, 0.482, 0.447]
    case .imagenet: [0.485, 0.456, 0.406]
    case .none: [0, 0, 0]
    }
  }

  /// The standard deviation of each channel: red, green, blue.
  public var deviation: [Float] {
    switch self {
    case .cifar: [0.247, 0.243, 0.261]
    case .imagenet: [0.229, 0.224, 0.225]
    case .none: [1, 1, 1]
    }
  }
}
