public import MVCore
public import MVYAML

/// One setting that a variant of a sweep changes, and the value that it gets.
public struct SweepChange: Hashable, Sendable {
  /// The setting's name.
  public let setting: String
  /// Its value.
  public let value: SettingValue

  /// Reads the value as a person types it; in lists and values by name, `+` may stand for the comma.
  ///
  /// Throws a usage error where there is no such setting, where the value is none it takes, and for `seed`.
  public init(_ setting: String, parsing text: String) throws(MVError) {
    let found = try Self.setting(named: setting)
    var trial = TrainingSettings()
    try trial.set(found.name, parsing: found.domain.isJoinedByCommas ? text.replacing("+", with: ",") : text)
    self.init(found.name, of: trial)
  }

  /// Reads a value of a YAML file; throws as ``init(_:parsing:)`` does, and names the line and column.
  public init(_ setting: String, _ node: YAMLNode) throws(MVError) {
    if case .scalar(let text, _) = node.content, (try? Self.setting(named: setting))?.domain.isSingle == false {
      self = try node.placed { () throws(MVError) in try SweepChange(setting, parsing: node.isNull ? "" : text) }
      return
    }
    let found = try node.placed { () throws(MVError) in try Self.setting(named: setting) }
    var trial = TrainingSettings()
    try trial.set(found.name, to: node)
    self.init(found.name, of: trial)
  }

  /// Reads `KEY=VALUE`; throws as ``init(_:parsing:)`` does, and where there is no `=`.
  public init(parsing text: String) throws(MVError) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else {
      throw .usage("change \(text)", "is not KEY=VALUE", remedy: "write for example lr=0.001")
    }
    try self.init(sides[0], parsing: sides[1])
  }

  private init(_ setting: String, of settings: TrainingSettings) {
    self.setting = setting
    value = settings.settingTable.first { $0.name == setting }?.value ?? .nothing
  }

  static func setting(named name: String) throws(MVError) -> Setting<TrainingSettings> {
    let found = try TrainingSettings.setting(named: name)
    guard found.name != "seed" else {
      throw .usage(
        "setting seed", "is not one that variants change", remedy: "give the seeds of every variant as seeds")
    }
    return found
  }

  /// The value as names and tables have it: `hog+lbp`, `0.005`.
  public var text: String {
    let domain = (try? Self.setting(named: setting))?.domain
    let text = domain?.text(of: value) ?? value.description
    return text.isEmpty ? "nothing" : text.replacing(",", with: "+")
  }

  /// Gives the settings this value; throws where it is none that the setting takes.
  func apply(to settings: inout TrainingSettings) throws(MVError) { try settings.set(setting, to: value) }
}

extension SettingDomain {
  /// Whether a comma in a value separates its parts.
  fileprivate var isJoinedByCommas: Bool {
    switch self {
    case .list(_, _, let separator): separator == ","
    case .pairs: true
    case .either(let first, let second): first.isJoinedByCommas || second.isJoinedByCommas
    case .optional(let domain): domain.isJoinedByCommas
    case .whole, .real, .flag, .choice, .text, .settings: false
    }
  }
}

/// One axis of a sweep's grid: a setting, and the values that it takes in turn.
public struct SweepAxis: Hashable, Sendable {
  /// The setting's name.
  public let setting: String
  /// What it is changed to, in order.
  public let changes: [SweepChange]

  /// Creates an axis of changes of one setting; throws a usage error where there is none, or one is there twice.
  public init(_ setting: String, _ changes: [SweepChange]) throws(MVError) {
    guard let first = changes.first else {
      throw .usage("grid \(setting)", "has no values", remedy: "give one at least")
    }
    try changes.requireEachOnce("grid") { "\($0.setting)=\($0.text)" }
    self.setting = first.setting
    self.changes = changes
  }

  /// Reads `KEY=VALUE,VALUE`: in a value that is itself a list, `+` stands for the comma, or `;` separates values.
  ///
  /// Throws as ``SweepChange/init(_:parsing:)`` does, and as ``init(_:_:)``.
  public init(parsing text: String) throws(MVError) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else {
      throw .usage("--grid \(text)", "is not KEY=VALUE,VALUE", remedy: "write for example lr=0.001,0.01")
    }
    let mark: Character = sides[1].contains(";") ? ";" : ","
    let texts = sides[1].split(separator: mark, omittingEmptySubsequences: false)
    try self.init(
      sides[0], texts.map { (text) throws(MVError) in try SweepChange(sides[0], parsing: String(text)) })
  }
}
