internal import Foundation

extension SettingDomain {
  /// `given` as a value of this domain; nil where it is none.
  ///
  /// A whole number counts as a real one, and one value as a list of one. Lists and pairs are also read from the text
  /// that a person types and that version 0.1.0 kept.
  public func value(of given: SettingValue) -> SettingValue? {
    switch self {
    case .whole(let range):
      guard case .int(let number) = given, range.contains(number) else { return nil }
      return given
    case .real(let range):
      guard let number = given.number, number.isFinite, range.contains(number) else { return nil }
      return .double(number)
    case .flag:
      guard case .bool = given else { return nil }
      return given
    case .choice(let names):
      guard let text = given.scalarText, names.contains(text) else { return nil }
      return .string(text)
    case .text(let form):
      guard let text = given.scalarText, form.accepts(text) else { return nil }
      return .string(text)
    case .list(let element, let count, let separator):
      guard let values = Self.elements(of: given, element, separator), count?.contains(values.count) ?? true else {
        return nil
      }
      return .list(values)
    case .pairs(let domain): return Self.pairs(of: given, domain).map { .pairs($0) }
    case .settings(let type):
      guard case .pairs(let values) = given, let object = try? type.init(settingValues: values) else { return nil }
      return .pairs(object.settingValues)
    case .either(let first, let second): return first.value(of: given) ?? second.value(of: given)
    case .optional(let domain): return given == .nothing || given == .string("") ? .nothing : domain.value(of: given)
    }
  }

  /// The value that a person typed; nil where it is none of this domain.
  public func value(parsing text: String) -> SettingValue? {
    switch self {
    case .whole, .real, .flag: value(of: SettingValue(parsing: text))
    case .either(let first, let second): first.value(parsing: text) ?? second.value(parsing: text)
    case .optional(let domain): text.isEmpty ? .nothing : domain.value(parsing: text)
    case .choice, .text, .list, .pairs, .settings: value(of: .string(text))
    }
  }

  /// A value as a person types it.
  public func text(of value: SettingValue) -> String {
    switch (self, value) {
    case (.list(let element, _, let separator?), .list(let values)):
      values.map { element.text(of: $0) }.joined(separator: String(separator))
    case (.list, .list([])): ""
    case (.list, .list), (.settings, .pairs): value.json
    case (.pairs(let domain), .pairs(let values)):
      values.sorted { $0.key < $1.key }.map { "\($0.key)=\(domain.text(of: $0.value))" }.joined(separator: ",")
    case (.either(let first, let second), _): (first.value(of: value) == nil ? second : first).text(of: value)
    case (.optional(let domain), _): domain.text(of: value)
    default: value.description
    }
  }

  private static func elements(
    of given: SettingValue, _ element: SettingDomain, _ separator: Character?
  ) -> [SettingValue]? {
    switch given {
    case .list(let values): return every(values.map { element.value(of: $0) })
    case .string(""): return []
    case .string(let text):
      guard let separator else {
        let decoded = try? JSONDecoder().decode(SettingValue.self, from: Data(text.utf8))
        guard case .list(let values) = decoded else { return nil }
        return every(values.map { element.value(of: $0) })
      }
      let parts = text.split(separator: separator, omittingEmptySubsequences: false)
      return every(parts.map { element.value(parsing: $0.trimmingCharacters(in: .whitespaces)) })
    case .nothing, .pairs: return nil
    case .bool, .int, .double: return every([element.value(of: given)])
    }
  }

  private static func pairs(of given: SettingValue, _ domain: SettingDomain) -> [String: SettingValue]? {
    var pairs: [String: SettingValue] = [:]
    switch given {
    case .pairs(let values):
      for (name, value) in values {
        guard !name.isEmpty, let value = domain.value(of: value) else { return nil }
        pairs[name] = value
      }
    case .string(let text):
      for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, let value = domain.value(parsing: String(sides[1])),
          pairs.updateValue(value, forKey: String(sides[0])) == nil
        else { return nil }
      }
    default: return nil
    }
    return pairs
  }

  /// The values, where none is missing.
  private static func every(_ values: [SettingValue?]) -> [SettingValue]? {
    let found = values.compactMap { $0 }
    return found.count == values.count ? found : nil
  }
}
