/// A type whose settings are listed once, in ``settings``.
public protocol Configurable: Sendable {
  /// The name errors use, for example `hog`.
  static var name: String { get }
  /// Every setting, in the order of the documentation.
  static var settings: [Setting<Self>] { get }
  /// Creates the type with its defaults.
  init()
}

extension Configurable {
  /// The value of every setting, defaults included.
  public var settingValues: [String: SettingValue] {
    Dictionary(uniqueKeysWithValues: Self.settings.map { ($0.name, $0.read(self)) })
  }

  /// Creates the type with its defaults and then `values`.
  ///
  /// Throws a usage error naming an unknown setting, one given by two names, or one out of range.
  public init(settingValues values: [String: SettingValue]) throws(MVError) {
    self.init()
    var seen: Set<String> = []
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      let setting = try Self.setting(named: key)
      guard seen.insert(setting.name).inserted else {
        throw .usage("setting \(key)", "is given as \(setting.name) as well", remedy: "leave one out")
      }
      try set(key, to: value)
    }
  }

  /// Changes one setting; throws a usage error where there is no such setting or the value is none it takes.
  ///
  /// The error quotes `written`, what a person wrote, or else the value as it is typed on the command line.
  public mutating func set(_ key: String, to value: SettingValue, written: String? = nil) throws(MVError) {
    let setting = try Self.setting(named: key)
    guard let found = setting.domain.value(of: value), setting.write(&self, found) else {
      throw Self.impossible(key, written ?? setting.domain.text(of: value), setting)
    }
  }

  /// Changes one setting to what a person typed; throws as ``set(_:to:written:)`` does.
  public mutating func set(_ key: String, parsing text: String) throws(MVError) {
    let setting = try Self.setting(named: key)
    guard let found = setting.domain.value(parsing: text), setting.write(&self, found) else {
      throw Self.impossible(key, text, setting)
    }
  }

  /// Changes the setting that a text such as `depth=20` names.
  ///
  /// Throws a usage error of `subject` and the text, with `remedy` or else an example, where there is no `=`; and as
  /// ``set(_:parsing:)`` does.
  public mutating func set(
    assigning text: String, of subject: String = "setting", remedy: String? = nil
  ) throws(MVError) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else {
      let example = settingTable.first { !$0.text.isEmpty }.map { "write for example \($0.name)=\($0.text)" }
      throw .usage("\(subject) \(text)", "is not KEY=VALUE", remedy: remedy ?? example ?? "")
    }
    try set(sides[0], parsing: sides[1])
  }

  /// The setting of this name, or that once had it.
  ///
  /// Throws a usage error that lists the settings where there is none.
  public static func setting(named name: String) throws(MVError) -> Setting<Self> {
    if let found = settings.first(where: { $0.name == name || $0.formerNames.contains(name) }) { return found }
    let names = settings.map(\.name)
    throw .usage(
      "setting \(name)", "is not one of \(Self.name)",
      remedy: NearestName.hint(for: name, among: names) + "it has \(names.joined(separator: ", "))")
  }

  private static func impossible(_ key: String, _ text: String, _ setting: Setting<Self>) -> MVError {
    .usage("setting \(key)=\(text)", "is not possible for \(Self.name)", remedy: "it takes \(setting.accepts)")
  }

  /// The value of the setting `name` as a person types it; throws a usage error where there is no such setting.
  public func text(of name: String) throws(MVError) -> String {
    let setting = try Self.setting(named: name)
    return setting.domain.text(of: setting.read(self))
  }

  /// Whether every setting has a value that it takes; quick, as it is asked at every use of a value.
  package var hasPossibleSettings: Bool {
    Self.settings.allSatisfy { $0.domain.value(of: $0.read(self)) != nil }
  }

  /// Every setting with its current value, for `--help` and the documentation.
  public var settingTable: [SettingRow] {
    Self.settings.map { SettingRow(name: $0.name, value: $0.read(self), domain: $0.domain, help: $0.help) }
  }
}
