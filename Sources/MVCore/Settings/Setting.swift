/// One setting of a type: its name, its meaning, the values it takes, and how to read and write it.
///
/// A type lists its settings once; parsing, range checks, JSON, `--help` and the documentation all follow from that
/// list.
public struct Setting<Root>: Sendable {
  /// The values that a setting takes.
  public typealias Domain = SettingDomain

  /// The name on the command line, in YAML and in JSON, `lower_snake_case`.
  public let name: String
  /// Names that it had in earlier versions and is still read by.
  public private(set) var formerNames: [String] = []
  /// One line: what it does, with units.
  public let help: String
  /// The values that it takes.
  public let domain: Domain
  let read: @Sendable (Root) -> SettingValue
  let write: @Sendable (inout Root, SettingValue) -> Bool

  /// What it accepts, in words: `1...360`, `l1|l2`.
  public var accepts: String { domain.accepts }

  /// Creates a setting of values of `domain`.
  ///
  /// `write` is given values of the domain alone, and gives back whether it took the value.
  public init(
    _ name: String, _ domain: Domain, _ help: String, read: @escaping @Sendable (Root) -> SettingValue,
    write: @escaping @Sendable (inout Root, SettingValue) -> Bool
  ) {
    self.name = name
    self.domain = domain
    self.help = help
    self.read = read
    self.write = write
  }

  /// The same setting, which is read by an earlier name as well.
  public func formerly(_ name: String) -> Setting {
    var setting = self
    setting.formerNames.append(name)
    return setting
  }

  /// A whole number within `range`.
  public static func int(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(name, .whole(range), help, read: { .int($0[keyPath: path]) }) { root, value in
      value.whole.map { root[keyPath: path] = $0 } != nil
    }
  }

  /// A number within `range`.
  public static func double(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, _ range: ClosedRange<Double>, _ help: String
  ) -> Setting {
    Setting(name, .real(range), help, read: { .double($0[keyPath: path]) }) { root, value in
      value.number.map { root[keyPath: path] = $0 } != nil
    }
  }

  /// `true` or `false`.
  public static func bool(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) -> Setting {
    Setting(name, .flag, help, read: { .bool($0[keyPath: path]) }) { root, value in
      guard case .bool(let given) = value else { return false }
      root[keyPath: path] = given
      return true
    }
  }

  /// One of the cases of an enumeration, by its raw value.
  public static func choice<Choice>(
    _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
  ) -> Setting where Choice: RawRepresentable<String> & CaseIterable & SendableMetatype {
    Setting(
      name, .choice(Choice.allCases.map(\.rawValue)), help, read: { .string($0[keyPath: path].rawValue) }
    ) { root, value in
      Choice(rawValue: value.description).map { root[keyPath: path] = $0 } != nil
    }
  }

  /// One of the cases of an enumeration, by its raw value, or none of them, which `automatic` stands for.
  public static func choice<Choice>(
    _ name: String, _ path: WritableKeyPath<Root, Choice?> & Sendable, automatic: String, _ help: String
  ) -> Setting where Choice: RawRepresentable<String> & CaseIterable & SendableMetatype {
    Setting(
      name, .choice([automatic] + Choice.allCases.map(\.rawValue)), help,
      read: { .string($0[keyPath: path]?.rawValue ?? automatic) }
    ) { root, value in
      let choice = Choice(rawValue: value.description)
      root[keyPath: path] = choice
      return choice != nil || value.description == automatic
    }
  }

  /// Text of the form `form`.
  public static func string(
    _ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ form: Domain.TextForm, _ help: String
  ) -> Setting {
    Setting(name, .text(form), help, read: { .string($0[keyPath: path]) }) { root, value in
      root[keyPath: path] = value.description
      return true
    }
  }
}
