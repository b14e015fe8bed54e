public import MVCore
public import MVRepresentations
public import MVStore
public import MVYAML

public import struct Foundation.URL

/// What a YAML file says of an extraction: the representations, and how they are stored.
///
///     representations:
///       - hog
///       - scattering: {J: 3, as: scattering-j3}
///     splits: [train, test]
///     dtype: float16
///     jobs: 2
///     limit: 1000
public struct ExtractionConfiguration: Hashable, Sendable {
  /// The representations, in the order of the file; where there are none, the catalogue's defaults.
  public var representations: [RepresentationSpecification] = []
  /// The splits to extract, two joined as `train+extra`; where there are none, all that the source has.
  public var splits: [String] = []
  /// How the values are stored; float32 unless given.
  public var element: ElementType?
  /// Threads that load and compute; one a processor unless given.
  public var jobs: Int?
  /// Draw only so many images of each split, spread over its classes; all unless given.
  public var limit: Int?

  /// The keys of the file.
  public static let keys = ["representations", "splits", "dtype", "jobs", "limit"]

  /// Creates a configuration that leaves everything to the defaults.
  public init() {}

  /// Reads a file; its representations are those of `catalogue`.
  ///
  /// Throws an error with line and column for text that is not YAML, an unknown key, and an impossible value.
  public init(contentsOf url: URL, in catalogue: Catalogue = .standard) throws(MVError) {
    try self.init(YAMLNode(contentsOf: url), in: catalogue)
  }

  /// Reads a document; its representations are those of `catalogue`.
  ///
  /// Throws an error with line and column for an unknown key and an impossible value.
  public init(_ root: YAMLNode, in catalogue: Catalogue = .standard) throws(MVError) {
    for entry in try root.entries() {
      switch entry.name {
      case "representations":
        representations = try entry.value.elements().map { (node) throws(MVError) in
          try Self.representation(node, in: catalogue)
        }
      case "splits":
        splits = try entry.value.elements().map { (node) throws(MVError) in try node.settingValue().description }
      case "dtype":
        let text = try entry.value.settingValue().description
        guard let value = ElementType(rawValue: text) else {
          throw .usage(entry.value.place, "dtype \(text) is not possible", remedy: "it takes float32 or float16")
        }
        element = value
      case "jobs": jobs = try Self.count(entry, atMost: 1024)
      case "limit": limit = try Self.count(entry)
      default:
        throw .usage(
          entry.key.place, "\(entry.name) is not a key of extract",
          remedy: "it has \(Self.keys.joined(separator: ", "))")
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
  private static func representation(
    _ node: YAMLNode, in catalogue: Catalogue
  ) throws(MVError) -> RepresentationSpecification {
    guard case .mapping(let entries) = node.content else {
      let text = try node.settingValue().description
      return try node.placed { () throws(MVError) in try RepresentationSpecification(parsing: text, in: catalogue) }
    }
    guard entries.count == 1 else {
      throw .usage(node.place, "is a mapping of \(entries.count) keys", remedy: "write one representation a list item")
    }
    let entry = try entries[0].key.placed { () throws(MVError) in try catalogue.entry(named: entries[0].name) }
    var settings: [String: SettingValue] = [:]
    var storedName: String?
    for setting in try entries[0].value.entries() {
      let value = try setting.value.settingValue()
      guard settings[setting.name] == nil, setting.name != "as" || storedName == nil else {
        throw .usage(setting.key.place, "gives \(setting.name) twice", remedy: "leave one out")
      }
      guard setting.name != "as" else {
        storedName = try setting.value.placed { () throws(MVError) in
          try RepresentationSpecification(name: entry.name, checkingStoredName: value.description).storedName
        }
        continue
      }
      try check(setting, value, of: entry)
      settings[setting.name] = value
    }
    let specification = RepresentationSpecification(name: entry.name, storedName: storedName, settings: settings)
    // What single settings do not show: a seed without a sketch.
    _ = try node.placed { () throws(MVError) in try specification.make(in: catalogue) }
    return specification
  }

  /// Throws at the key where it is not known, and at the value where it is out of range.
  private static func check(
    _ setting: YAMLNode.Entry, _ value: SettingValue, of entry: Catalogue.Entry
  ) throws(MVError) {
    let known = (entry.settings + Catalogue.sharedSettings).map(\.name)
    // A seed alone is refused, and would hide whether its value is good.
    let others: [String: SettingValue] = setting.name == "sketch_seed" ? ["sketch": .int(1)] : [:]
    try (known.contains(setting.name) ? setting.value : setting.key).placed { () throws(MVError) in
      _ = try entry.make(settings: others.merging([setting.name: value]) { $1 })
    }
  }
}
