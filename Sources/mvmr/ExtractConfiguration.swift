internal import Foundation
internal import MVCore
internal import MVRepresentations
internal import MVStore
internal import MVYAML

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
      case "jobs": jobs = try Self.count(entry, atMost: 1024)
      case "limit": limit = try Self.count(entry)
      default:
        throw .usage(
          entry.key.place, "\(entry.name) is not a key of extract",
          remedy: "it has representations, splits, dtype, jobs, limit")
      }
    }
  }

  private static func count(_ entry: YAMLNode.Entry, atMost most: Int = .max) throws(MVError) -> Int {
    guard case .int(let value) = try entry.value.settingValue(), value > 0, value <= most else {
      let limit = most == .max ? "above 0" : "from 1 to \(most)"
      throw .usage(entry.value.place, "\(entry.name) is not a whole number \(limit)", remedy: "change it")
    }
    return value
  }

  /// `hog`, `hog:orientations=12`, or `hog: {orientations: 12}`.
  private static func representation(_ node: YAMLNode) throws(MVError) -> RepresentationSpecification {
    guard case .mapping(let entries) = node.content else {
      let text = try node.settingValue().description
      return try placed(node) { () throws(MVError) in try RepresentationSpecification(parsing: text) }
    }
    guard entries.count == 1 else {
      throw .usage(node.place, "is a mapping of \(entries.count) keys", remedy: "write one representation a list item")
    }
    let entry = try placed(entries[0].key) { () throws(MVError) in try Catalogue.entry(named: entries[0].name) }
    var settings: [String: SettingValue] = [:]
    var storedName: String?
    for setting in try entries[0].value.entries() {
      let value = try setting.value.settingValue()
      guard settings[setting.name] == nil, setting.name != "as" || storedName == nil else {
        throw .usage(setting.key.place, "gives \(setting.name) twice", remedy: "leave one out")
      }
      guard setting.name != "as" else {
        storedName = try placed(setting.value) { () throws(MVError) in
          try RepresentationSpecification(name: entry.name, checkingStoredName: value.description).storedName
        }
        continue
      }
      try check(setting, value, of: entry)
      settings[setting.name] = value
    }
    let specification = RepresentationSpecification(name: entry.name, storedName: storedName, settings: settings)
    // What single settings do not show: a seed without a sketch.
    _ = try placed(node) { () throws(MVError) in try specification.make() }
    return specification
  }

  /// Throws at the key where it is not known, and at the value where it is out of range.
  private static func check(
    _ setting: YAMLNode.Entry, _ value: SettingValue, of entry: Catalogue.Entry
  ) throws(MVError) {
    let known = (entry.settings + Catalogue.sharedSettings).map(\.name)
    // A seed alone is refused, and would hide whether its value is good.
    let others: [String: SettingValue] = setting.name == "sketch_seed" ? ["sketch": .int(1)] : [:]
    try placed(known.contains(setting.name) ? setting.value : setting.key) { () throws(MVError) in
      _ = try entry.make(settings: others.merging([setting.name: value]) { $1 })
    }
  }

  /// Puts the place in the file into the errors of `body`.
  private static func placed<Result>(
    _ node: YAMLNode, _ body: () throws(MVError) -> Result
  ) throws(MVError) -> Result {
    do throws(MVError) { return try body() } catch {
      throw MVError(error.kind, node.place, "\(error.place) \(error.reason)", remedy: error.remedy)
    }
  }
}
