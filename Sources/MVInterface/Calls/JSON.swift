internal import CInterface
internal import Foundation
internal import MVCore
internal import MVFiles

/// Options that a caller gives as a JSON object.
struct Options {
  private let what: String
  private var values: [String: SettingValue]

  /// Reads an object, where NULL stands for an empty one.
  ///
  /// Throws where the text is no JSON object or has another key.
  init(_ json: UnsafePointer<CChar>?, _ what: String, keys: [String]) throws(Refusal) {
    self.what = what
    guard json != nil else {
      values = [:]
      return
    }
    let text = try callerText(json, what)
    guard case .pairs(let values)? = CanonicalJSON.value(SettingValue.self, from: text) else {
      throw Refusal(MVMR_INVALID_ARGUMENT, what, "are no JSON object", remedy: "write for example {}")
    }
    if let key = values.keys.sorted().first(where: { !keys.contains($0) }) {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "\(key) of \(what)", "is not known",
        remedy: NearestName.hint(for: key, among: keys) + "there are \(keys.joined(separator: ", "))")
    }
    self.values = values.filter { $0.value != .nothing }
  }

  /// Whether the option is given, and not as null.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// The value as it was given; nil where it was not.
  subscript(key: String) -> SettingValue? { values[key] }

  /// Text; throws where it is something else.
  func text(_ key: String) throws(Refusal) -> String? {
    guard let value = values[key] else { return nil }
    guard case .string(let text) = value else { throw refusal(key, value, "a text") }
    return text
  }

  /// Texts in order; throws where it is something else.
  func texts(_ key: String) throws(Refusal) -> [String]? {
    guard let value = values[key] else { return nil }
    guard case .list(let elements) = value else { throw refusal(key, value, "a list of texts") }
    return try elements.map { (element) throws(Refusal) in
      guard case .string(let text) = element else { throw refusal(key, element, "a list of texts") }
      return text
    }
  }

  /// A switch, off where it is not given; throws where it is something else.
  func flag(_ key: String, default standard: Bool = false) throws(Refusal) -> Bool {
    guard let value = values[key] else { return standard }
    guard case .bool(let flag) = value else { throw refusal(key, value, "true or false") }
    return flag
  }

  /// A whole number in a range; throws where it is something else.
  func whole(_ key: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
    guard let value = values[key] else { return nil }
    guard case .int(let number) = value, range.contains(number) else {
      let end = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
      throw refusal(key, value, "a whole number, \(range.lowerBound) \(end)")
    }
    return number
  }

  /// A number; throws where it is something else.
  func number(_ key: String) throws(Refusal) -> Double? {
    guard let value = values[key] else { return nil }
    return try number(value, key)
  }

  /// Numbers in order; throws where it is something else.
  func numbers(_ key: String) throws(Refusal) -> [Double]? {
    guard let value = values[key] else { return nil }
    guard case .list(let elements) = value else { throw refusal(key, value, "a list of numbers") }
    return try elements.map { (element) throws(Refusal) in try number(element, key) }
  }

  /// One of the cases of an enumeration by its raw value; throws where it is something else.
  func choice<Choice>(_ key: String, as _: Choice.Type) throws(Refusal) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let value = values[key] else { return nil }
    guard let choice = Choice(rawValue: value.description) else {
      throw refusal(key, value, Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private func number(_ value: SettingValue, _ key: String) throws(Refusal) -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .double(let number): return number
    default: throw refusal(key, value, "a number")
    }
  }

  func refusal(_ key: String, _ value: SettingValue, _ takes: String) -> Refusal {
    Refusal(MVMR_INVALID_ARGUMENT, "\(key) of \(what)", "cannot be '\(value)'", remedy: "it takes \(takes)")
  }
}

/// Two objects as one.
struct JoinedObject<First: Encodable, Second: Encodable>: Encodable {
  let first: First
  let second: Second

  func encode(to encoder: any Encoder) throws {
    try first.encode(to: encoder)
    try second.encode(to: encoder)
  }
}

/// What is worth telling, one line each.
struct Notices: Encodable {
  let notices: [String]
}

/// Gives the caller a value as JSON with sorted keys; throws where a number in it is not finite.
func give(
  _ value: some Encodable, to place: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) throws {
  try copy(String(decoding: CanonicalJSON.data(value), as: UTF8.self), to: place)
}
