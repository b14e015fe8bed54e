public import MVCore

/// Representations by name: what a specification such as `hog:orientations=12` is read with.
///
/// ``standard`` holds those of this package. Another package adds its own, which then has a name, settings, YAML and
/// help:
///
///     let catalogue = try Catalogue.standard.adding(Gabor.self)
///     let gabor = try RepresentationSpecification(parsing: "gabor:scales=3", in: catalogue).make(in: catalogue)
public struct Catalogue: Sendable {
  /// The representations, in the order of the documentation.
  public let entries: [Entry]

  /// The settings that every representation takes on top of its own: those of ``Sketch``.
  public static let sharedSettings = Sketch().settingTable

  /// Creates a catalogue without representations; ``standard`` has those of this package.
  public init() { entries = [] }

  package init(_ entries: [Entry]) { self.entries = entries }

  /// Returns the catalogue with one representation more.
  ///
  /// Throws a usage error where the name is taken or is not made of letters, digits, `-` and `_`, and where a setting
  /// has the name of another, of a shared setting, or `as`. With `isDefault`, it is among ``defaults``.
  public func adding<Added: Representation>(
    _ representation: Added.Type, isDefault: Bool = false
  ) throws(MVError) -> Catalogue {
    let entry = Entry(representation, isDefault: isDefault)
    try entry.checkNames()
    guard !entries.contains(where: { $0.name == entry.name }) else {
      throw .usage(
        "representation \(entry.name)", "is in the catalogue already", remedy: "give \(Added.self) another name")
    }
    return Catalogue(entries + [entry])
  }

  /// What is extracted where nothing else is asked for.
  ///
  /// In ``standard`` these are hog, lbp, color and scattering, with their default settings.
  public var defaults: [RepresentationSpecification] {
    entries.filter(\.isDefault).map { RepresentationSpecification(name: $0.name) }
  }

  /// The entry of a name; throws a usage error with the nearest name and all names where there is none.
  public func entry(named name: String) throws(MVError) -> Entry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name)
    throw .usage(
      "representation \(name)", "does not exist",
      remedy: Self.suggestion(for: name, among: names) + "there are \(names.joined(separator: ", "))")
  }

  /// The representation of this name with these settings, and defaults for the rest.
  ///
  /// Throws a usage error naming an unknown representation or setting, or a setting out of range.
  public func make(name: String, settings: [String: SettingValue] = [:]) throws(MVError) -> any Representation {
    try entry(named: name).make(settings: settings)
  }
}
