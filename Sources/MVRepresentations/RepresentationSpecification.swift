public import MVCore

/// A representation as it is asked for: `NAME[:key=value,...]`, with `as=` for the name it is stored under.
public struct RepresentationSpecification: Hashable, Sendable, CustomStringConvertible {
  /// The name in the catalogue.
  public let name: String
  /// The name in the file; `name` unless `as=` says otherwise.
  public let storedName: String
  /// The settings that differ from the defaults.
  public let settings: [String: SettingValue]

  /// Creates a specification; it is checked when the representation is made.
  public init(name: String, storedName: String? = nil, settings: [String: SettingValue] = [:]) {
    self.name = name
    self.storedName = storedName ?? name
    self.settings = settings
  }

  /// Creates a specification stored under `storedName`.
  ///
  /// Throws where `storedName` has characters other than letters, digits, `-`, `_` and `.`.
  public init(
    name: String, checkingStoredName storedName: String, settings: [String: SettingValue] = [:]
  ) throws(MVError) {
    try Self.check(storedName: storedName, of: name)
    self.init(name: name, storedName: storedName, settings: settings)
  }

  /// Creates the specification of `representation`, with all its settings.
  public init(of representation: some Representation, storedName: String? = nil) {
    self.init(name: type(of: representation).name, storedName: storedName, settings: representation.settingValues)
  }

  /// Reads for example `hog:orientations=9,as=hog9`, checking it against `catalogue`.
  ///
  /// Throws a usage error for text of another form, an unknown representation or setting, a setting out of range or
  /// given twice, and a stored name of other characters than letters, digits, `-`, `_` and `.`.
  public init(parsing text: String, in catalogue: Catalogue = .standard) throws(MVError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    var settings: [String: SettingValue] = [:]
    var storedName: String?
    let assignments = parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
    for assignment in assignments {
      let sides = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw .usage(
          "representation \(text)", "is not of the form NAME:key=value,... at '\(assignment)'",
          remedy: "write for example \(name):\(Self.example(for: name, in: catalogue))")
      }
      let (key, value) = (String(sides[0]), String(sides[1]))
      guard settings[key] == nil, key != "as" || storedName == nil else {
        throw .usage("representation \(text)", "gives \(key) twice", remedy: "leave one out")
      }
      if key == "as" { storedName = value } else { settings[key] = SettingValue(parsing: value) }
    }
    if let storedName { try Self.check(storedName: storedName, of: text) }
    self.init(name: name, storedName: storedName, settings: settings)
    _ = try make(in: catalogue)
  }

  /// Makes the representation asked for; throws as ``Catalogue/make(name:settings:)`` does.
  public func make(in catalogue: Catalogue = .standard) throws(MVError) -> any Representation {
    try catalogue.make(name: name, settings: settings)
  }

  /// Throws a usage error where two of `specifications` would be stored under one name.
  public static func checkStoredNames(of specifications: [RepresentationSpecification]) throws(MVError) {
    var seen: Set<String> = []
    for specification in specifications where !seen.insert(specification.storedName).inserted {
      throw .usage(
        "representation \(specification)", "would be stored as \(specification.storedName), as another one is",
        remedy: "give it another name with as=NAME")
    }
  }

  /// As `init(parsing:)` reads it, settings in alphabetical order.
  public var description: String {
    var assignments = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if storedName != name { assignments.append("as=\(storedName)") }
    return assignments.isEmpty ? name : "\(name):\(assignments.joined(separator: ","))"
  }

  private static func check(storedName: String, of text: String) throws(MVError) {
    let allowed = storedName.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    guard allowed, storedName.contains(where: { $0 != "." }) else {
      throw .usage(
        "representation \(text)", "cannot be stored as '\(storedName)'", remedy: "use letters, digits, -, _ and .")
    }
  }

  private static func example(for name: String, in catalogue: Catalogue) -> String {
    guard let setting = (try? catalogue.entry(named: name))?.settings.first else { return "key=value" }
    return "\(setting.name)=\(setting.value)"
  }
}
