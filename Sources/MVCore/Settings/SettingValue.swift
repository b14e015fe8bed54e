/// The value of one setting, as text, JSON or YAML gives it.
public enum SettingValue: Hashable, Sendable, CustomStringConvertible {
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// Any finite number.
  case double(Double)
  /// Text; also the name of a choice.
  case string(String)

  /// Reads `true`, `false`, a whole number, a number, or else text.
  public init(parsing text: String) {
    switch text {
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    default:
      if let whole = Int(text) {
        self = .int(whole)
      } else if let number = Double(text), number.isFinite, text.contains(where: \.isNumber) {
        self = .double(number)
      } else {
        self = .string(text)
      }
    }
  }

  /// As it is written on the command line.
  public var description: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    }
  }
}

extension SettingValue: Codable {
  /// Reads a JSON scalar.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  /// Writes a JSON scalar.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}
