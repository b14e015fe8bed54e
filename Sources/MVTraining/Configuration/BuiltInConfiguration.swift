public import Foundation
public import MVCore

/// A built-in configuration, used as `--config builtin:cifar10`.
///
/// The files are in `Sources/MVTraining/Configurations`, with reasons in comments.
public enum BuiltInConfiguration: String, Hashable, Sendable, CaseIterable {
  /// For small images on a processor, in minutes.
  case small
  /// For CIFAR-10.
  case cifar10
  /// For CIFAR-100 with its coarse labels.
  case cifar20
  /// For CIFAR-100.
  case cifar100
  /// For STL-10.
  case stl10
  /// For ImageNet.
  case imagenet

  /// The prefix that names a built-in configuration instead of a file.
  public static let prefix = "builtin:"

  /// Looks up `builtin:NAME`; throws a usage error that lists the built-in configurations.
  public init(named text: String) throws(MVError) {
    guard text.hasPrefix(Self.prefix), let found = Self(rawValue: String(text.dropFirst(Self.prefix.count))) else {
      throw .usage(
        "--config \(text)", "is not built in",
        remedy: "built in are \(Self.allCases.map { Self.prefix + $0.rawValue }.joined(separator: ", "))")
    }
    self = found
  }

  /// The bytes of the configuration's YAML file.
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
