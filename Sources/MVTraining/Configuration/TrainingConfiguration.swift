public import Foundation
public import MVCore
public import MVImaging
public import MVRepresentations
public import MVYAML

/// The content of a YAML file for a training run: its settings, and the data to train on.
///
///     source: cifar10:data
///     features: [features.h5, teacher.h5]
///     extract:
///       representations: [hog, scattering:J=2]
///     encoder: cifar-resnet
///     epochs: 100
///     teachers:
///       - {path: resnet56.pt, normalization: imagenet}
///       - {name: clip, size: 224, normalization: imagenet}
///
/// A teacher with a name and no path is a role, which ``fillTeachers(with:)`` gives a network, or
/// ``fillTeachers(from:)`` rows of a feature file.
public struct TrainingConfiguration: Hashable, Sendable {
  /// The settings, defaults included.
  public var settings = TrainingSettings()
  /// The source of the images, `KIND:WHERE`.
  public var source: String?
  /// The size that images are resized to; nil for their own.
  public var size: ImageSize?
  /// The split to train on.
  public var split: String?
  /// The paths of the feature files.
  public var features: [String] = []
  /// The path of the run's folder.
  public var output: String?
  /// The representations that the feature files must hold, with these settings.
  public var expected: [RepresentationSpecification] = []
  /// The normalization of the images that the expected representations are computed from.
  public var expectedNormalization = ImageStatistics.none

  /// The keys of the file other than settings.
  public static let keys = ["source", "size", "split", "features", "output", "extract", "teachers"]

  /// Creates a configuration of default settings, without data.
  public init() {}

  /// Reads a file of this package.
  ///
  /// Throws for an unknown key or an impossible value; the error names its line and column.
  public init(contentsOf url: URL, in catalogue: Catalogue = .standard) throws(MVError) {
    try self.init(YAMLNode(contentsOf: url), in: catalogue)
  }

  /// Reads a document of this package.
  ///
  /// Throws for an unknown key or an impossible value; the error names its line and column.
  public init(_ root: YAMLNode, in catalogue: Catalogue = .standard) throws(MVError) {
    var seen: Set<String> = []
    for entry in try root.entries() where !entry.value.isNull {
      switch entry.name {
      case "source": source = try entry.value.settingValue().description
      case "split": split = try entry.value.settingValue().description
      case "output": output = try entry.value.settingValue().description
      case "size":
        size = try entry.value.placed { () throws(MVError) in
          try ImageSize(parsing: entry.value.settingValue().description)
        }
      case "features":
        features = try entry.value.elements().map { (node) throws(MVError) in try node.settingValue().description }
      case "extract": try readExpectations(entry.value, in: catalogue)
      case "teachers":
        settings.teachers = try Self.teachers(entry.value)
      default:
        guard let setting = try? TrainingSettings.setting(named: entry.name) else {
          throw .usage(
            entry.key.place, "\(entry.name) is not a key of train",
            remedy: "beside \(Self.keys.joined(separator: ", ")) it has the settings of `mvmr train --settings`")
        }
        guard seen.insert(setting.name).inserted else {
          throw .badData(entry.key.place, "gives \(setting.name) again", remedy: "keep one")
        }
        try settings.set(entry.name, to: entry.value)
      }
    }
  }

  private mutating func readExpectations(_ node: YAMLNode, in catalogue: Catalogue) throws(MVError) {
    for entry in try node.entries() {
      switch entry.name {
      case "representations":
        expected = try entry.value.elements().map { (node) throws(MVError) in
          try node.placed { () throws(MVError) in
            try RepresentationSpecification(parsing: node.settingValue().description, in: catalogue)
          }
        }
      case "normalize", "normalise":
        let text = try entry.value.settingValue().description
        guard let statistics = ImageStatistics(rawValue: text) else {
          throw .usage(
            entry.value.place, "\(entry.name) \(text) is not possible", remedy: "it takes cifar, imagenet, none")
        }
        expectedNormalization = statistics
      default:
        throw .usage(
          entry.key.place, "\(entry.name) is not a key of extract", remedy: "it has representations and normalize")
      }
    }
  }

  private static func teachers(_ node: YAMLNode) throws(MVError) -> [TeacherSettings] {
    var teachers: [TeacherSettings] = []
    for item in node.elements() {
      var teacher = TeacherSettings()
      var seen: Set<String> = []
      for entry in try item.entries() where !entry.value.isNull {
        guard let setting = try? TeacherSettings.setting(named: entry.name) else {
          throw .usage(
            entry.key.place, "\(entry.name) is not a setting of a teacher",
            remedy: "it has \(TeacherSettings.settings.map(\.name).joined(separator: ", "))")
        }
        guard seen.insert(setting.name).inserted else {
          throw .badData(entry.key.place, "gives \(setting.name) again", remedy: "keep one")
        }
        try teacher.set(entry.name, to: entry.value)
      }
      guard !teacher.isRole || seen.contains("name") else {
        throw .usage(
          item.place, "a teacher has no path",
          remedy: "give its file; or a name, and the file as --teacher or its embeddings as --features")
      }
      guard !teachers.contains(where: { $0.label == teacher.label }) else {
        throw .usage(item.place, "a second teacher is called \(teacher.label)", remedy: "give each a name of its own")
      }
      teachers.append(teacher)
    }
    return teachers
  }

  /// The command that makes the feature file; nil where none is expected.
  public func extractCommand(source: String) -> String? {
    guard !expected.isEmpty else { return nil }
    var words = ["mvmr", "extract", source]
    if let size { words += ["--size", "\(size)"] }
    if let split { words += ["--split", split] }
    if expectedNormalization != .none { words += ["--normalize", expectedNormalization.rawValue] }
    words += expected.flatMap { ["--representation", "\($0)"] }
    return ShellWords.line(words + ["--output", "features.h5"])
  }
}
