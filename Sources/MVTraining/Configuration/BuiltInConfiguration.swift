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
  /// For STL-10, distilling a teacher called `clip`.
  case stl10CLIP = "stl10-clip"
  /// For CIFAR-100, distilling a teacher called `clip`.
  case cifar100CLIP = "cifar100-clip"
  /// For ImageNet, distilling a teacher called `clip`.
  case imagenetCLIP = "imagenet-clip"

  /// The prefix that names a built-in configuration instead of a file.
  public static let prefix = "builtin:"

  /// Looks up `builtin:NAME`; throws a usage error that lists the built-in configurations.
  public init(named text: String) throws(MVError) {
    guard text.hasPrefix(Self.prefix), let found = Self(rawValue: String(text.dropFirst(Self.prefix.count))) else {
      throw .usage(
        "--config \(text)", "is not built in",
        remedy: "built in are \(Self.list)")
    }
    self = found
  }

  /// Every name, `builtin:small, builtin:cifar10, ...`.
  public static var list: String { names.joined(separator: ", ") }

  /// How each is named where a configuration is asked for.
  public static var names: [String] { allCases.map { prefix + $0.rawValue } }

  /// The bytes of the configuration's YAML file.
  public var yaml: Data {
    switch self {
    case .small: Data(PackageResources.small_yaml)
    case .cifar10: Data(PackageResources.cifar10_yaml)
    case .cifar20: Data(PackageResources.cifar20_yaml)
    case .cifar100: Data(PackageResources.cifar100_yaml)
    case .stl10: Data(PackageResources.stl10_yaml)
    case .imagenet: Data(PackageResources.imagenet_yaml)
    case .stl10CLIP: Data(PackageResources.stl10_clip_yaml)
    case .cifar100CLIP: Data(PackageResources.cifar100_clip_yaml)
    case .imagenetCLIP: Data(PackageResources.imagenet_clip_yaml)
    }
  }
}
