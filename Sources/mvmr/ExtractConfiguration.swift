internal import Foundation
internal import MVConfiguration
internal import MVCore
internal import MVRepresentations
internal import MVStore

/// The YAML file of `mvmr extract --config`.
///
///     representations:
///       - hog
///       - scattering: {J: 3, as: scattering-j3}
///     splits: [train, test]
///     dtype: float16
///     jobs: 2
///     limit: 1000
struct ExtractConfiguration {
  var representations: [RepresentationSpecification] = []
  var splits: [String] = []
  var dtype: ElementType?
  var jobs: Int?
  var limit: Int?

  /// Reads the file; an unknown key or an impossible value is an error that names its line and column.
  init(contentsOf url: URL) throws(MVError) {
    for entry in try YAMLNode(contentsOf: url).entries() {
      switch entry.name {
      case "representations":
        representations = try entry.value.elements().map { (node) throws(MVError) in
          try Self.representation(node)
        }
      case "splits":
        splits = try entry.value.elements().map { (node) throws(MVError) in try node.settingValue().description }
      case "dtype":
        let text = try entry.value.settingValue().description
        guard let value = ElementType(rawValue: text) else {
          throw .usage(entry.value.place, "dtype \(text) is not possible", remedy: "it takes float32 or float16")
        }
        dtype = value
      case "jobs": jobs = try Self.count(entry)
      case "limit": limit = try Self.count(entry)
      default:
        throw .usage(
          entry.key.place, "\(entry.name) is not a key of extract",
          remedy: "it has representations, splits, dtype, jobs, limit")
      }
    }
  }

  private static func count(_ entry: YAMLNode.Entry) throws(MVError) -> Int {
    guard case .int(let value) = try entry.value.settingValue(), value > 0 else {
      throw .usage(entry.value.place, "\(entry.name) is not a whole number above 0")
    }
    return value
  }

  /// `hog`, `hog:orientations=12`, or `hog: {orientations: 12}`.
  private static func representation(_ node: YAMLNode) throws(MVError) -> RepresentationSpecification {
    do throws(MVError) {
      guard case .mapping(let entries) = node.content else {
        return try RepresentationSpecification(parsing: try node.settingValue().description)
      }
      guard entries.count == 1 else {
        throw .usage("representation", "is a mapping of \(entries.count) keys", remedy: "write one name a list item")
      }
      var text = entries[0].name
      for (place, setting) in try entries[0].value.entries().enumerated() {
        text += "\(place == 0 ? ":" : ",")\(setting.name)=\(try setting.value.settingValue())"
      }
      return try RepresentationSpecification(parsing: text)
    } catch {
      throw error.subject.hasPrefix(node.file)
        ? error : MVError(error.kind, node.place, "\(error.subject) \(error.problem)", remedy: error.remedy)
    }
  }
}
