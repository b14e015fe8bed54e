/// One line of a table of settings, for `--help` and the documentation.
public struct SettingRow: Sendable {
  /// The setting's name.
  public let name: String
  /// Its value.
  public let value: SettingValue
  /// The values that it takes.
  public let domain: SettingDomain
  /// What it does.
  public let help: String

  /// What it accepts, in words: `1...360`, `l1|l2`.
  public var accepts: String { domain.accepts }
  /// Its value as a person types it.
  public var text: String { domain.text(of: value) }
}
