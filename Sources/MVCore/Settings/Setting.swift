/// One setting of a type: its name, its meaning, its range, and how to read and write it.
///
/// A type lists its settings once; parsing, range checks, JSON, `--help` and the documentation all follow from the list.
public struct Setting<Root>: Sendable {
  /// The name on the command line, in YAML and in JSON, `lower_snake_case`.
  public let name: String
  /// One line: what it does, with units.
  public let help: String
  /// What it accepts, in words: `1...360`, `l1|l2`.
  public let accepts: String
  let read: @Sendable (Root) -> SettingValue
  let write: @Sendable (inout Root, SettingValue) -> Bool

  /// A whole number within `range`.
  public static func int(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    let upper = range.upperBound == .max ? "" : "\(range.upperBound)"
    return Setting(
      name: name, help: help, accepts: "\(range.lowerBound)...\(upper)", read: { .int($0[keyPath: path]) },
      write: { root, value in
        guard case .int(let number) = value, range.contains(number) else { return false }
        root[keyPath: path] = number
        return true
      })
  }

  /// A number within `range`.
  public static func double(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, _ range: ClosedRange<Double>, _ help: String
  ) -> Setting {
    let upper = range.upperBound == .infinity ? "" : "\(range.upperBound)"
    return Setting(
      name: name, help: help, accepts: "\(range.lowerBound)...\(upper)", read: { .double($0[keyPath: path]) },
      write: { root, value in
        let number: Double
        switch value {
        case .double(let given): number = given
        case .int(let given): number = Double(given)
        default: return false
        }
        guard number.isFinite, range.contains(number) else { return false }
        root[keyPath: path] = number
        return true
      })
  }

  /// `true` or `false`.
  public static func bool(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) -> Setting {
    Setting(
      name: name, help: help, accepts: "true|false", read: { .bool($0[keyPath: path]) },
      write: { root, value in
        guard case .bool(let given) = value else { return false }
        root[keyPath: path] = given
        return true
      })
  }

  /// One of the cases of an enumeration, by its raw value.
  public static func choice<Choice>(
    _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
  ) -> Setting where Choice: RawRepresentable<String> & CaseIterable & SendableMetatype {
    Setting(
      name: name, help: help, accepts: Choice.allCases.map(\.rawValue).joined(separator: "|"),
      read: { .string($0[keyPath: path].rawValue) },
      write: { root, value in
        guard let given = Choice(rawValue: value.description) else { return false }
        root[keyPath: path] = given
        return true
      })
  }

  /// Free text that `check` accepts; `accepts` says in words what that is.
  public static func string(
    _ name: String, _ path: WritableKeyPath<Root, String> & Sendable, accepts: String = "text", _ help: String,
    check: @escaping @Sendable (String) -> Bool = { _ in true }
  ) -> Setting {
    Setting(
      name: name, help: help, accepts: accepts, read: { .string($0[keyPath: path]) },
      write: { root, value in
        guard check(value.description) else { return false }
        root[keyPath: path] = value.description
        return true
      })
  }
}
