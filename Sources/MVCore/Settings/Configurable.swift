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

  /// Creates the type with its defaults and then `values`; throws a usage error naming an unknown setting or one out of
  /// range.
  public init(settingValues values: [String: SettingValue]) throws(MVError) {
    self.init()
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { try set(key, to: value) }
  }

  /// Changes one setting; throws a usage error where there is no such setting or the value is out of range.
  public mutating func set(_ key: String, to value: SettingValue) throws(MVError) {
    guard let setting = Self.settings.first(where: { $0.name == key }) else {
      throw .usage(
        "setting \(key)", "is not one of \(Self.name)",
        remedy: "it has \(Self.settings.map(\.name).joined(separator: ", "))")
    }
    guard setting.write(&self, value) else {
      throw .usage("setting \(key)=\(value)", "is not possible for \(Self.name)", remedy: "it takes \(setting.accepts)")
    }
  }

  /// Name, current value, accepted values and help of every setting, for `--help` and the documentation.
  public var settingTable: [(name: String, value: SettingValue, accepts: String, help: String)] {
    Self.settings.map { ($0.name, $0.read(self), $0.accepts, $0.help) }
  }
}
