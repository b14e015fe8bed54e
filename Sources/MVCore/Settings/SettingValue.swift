internal import Foundation

/// The value of one setting, as text, JSON or YAML gives it.
public indirect enum SettingValue: Hashable, Sendable, CustomStringConvertible {
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// Any finite number.
  case double(Double)
  /// Text; also the name of a choice.
  case string(String)
  /// Values in order.
  case list([SettingValue])
  /// Values by name.
  case pairs([String: SettingValue])
  /// No value, where a setting may have none.
  case nothing

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

  /// As it is written on the command line; lists and pairs joined by commas.
  public var description: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    case .list(let values): values.map(\.description).joined(separator: ",")
    case .pairs(let values):
      values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    case .nothing: ""
    }
  }
}

extension SettingValue {
  /// The number of a whole one; nil for other values.
  var whole: Int? { if case .int(let number) = self { number } else { nil } }

  /// The number, whole or not; nil for other values.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }

  /// The text of a single value; nil for lists, pairs and nothing.
  var scalarText: String? {
    switch self {
    case .bool, .int, .double, .string: description
    case .list, .pairs, .nothing: nil
    }
  }

  /// JSON with sorted keys; empty where a number in it is not finite.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

extension SettingValue: Codable {
  /// Reads any JSON; throws a decoding error where the value is malformed.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .nothing
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let values = try? container.decode([SettingValue].self) {
      self = .list(values)
    } else {
      self = .pairs(try container.decode([String: SettingValue].self))
    }
  }

  /// Writes the value as JSON; throws what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .pairs(let values): try container.encode(values)
    case .nothing: try container.encodeNil()
    }
  }
}
