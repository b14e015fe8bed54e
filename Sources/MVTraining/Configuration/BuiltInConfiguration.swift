public import Foundation
public import MVCore

/// A configuration that is built in: `--config builtin:cifar10`.
///
/// The files stand in `Sources/MVTraining/Configurations`, with reasons in comments.
public enum BuiltInConfiguration: String, Hashable, Sendable, CaseIterable {
  /// Small images on a processor, in minutes.
  case small
  /// CIFAR-10.
  case cifar10
  /// CIFAR-100 by its coarse labels.
  case cifar20
  /// CIFAR-100.
  case cifar100
  /// STL-10.
  case stl10
  /// ImageNet.
  case imagenet

  /// What names a built-in configuration in the place of a file.
  public static let prefix = "builtin:"

  /// The configuration that `text`, `builtin:NAME`, names; throws a usage error that lists them.
  public init(named text: String) throws(MVError) {
    guard text.hasPrefix(Self.prefix), let found = Self(rawValue: String(text.dropFirst(Self.prefix.count))) else {
      throw .usage(
        "--config \(text)", "is not built in",
        remedy: "built in are \(Self.allCases.map { Self.prefix + $0.rawValue }.joined(separator: ", "))")
    }
    self = found
  }

  /// The file, YAML.
  public var yaml: Data {
    switch self {
    case .small: Data(PackageResources.small_yaml)
    case .cifar10: Data(PackageResources.cifar10_yaml)
    case .cifar20: Data(PackageResources.cifar20_yaml)
    case .cifar100: Data(PackageResources.cifar100_yaml)
    case .stl10: Data(PackageResources.stl10_yaml)
    case .imagenet: Data(PackageResources.imagenet_yaml)
    }
  }
}
