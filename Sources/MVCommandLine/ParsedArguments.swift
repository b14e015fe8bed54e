public import MVCore

/// What the user gave a command.
public struct ParsedArguments: Sendable {
  var values: [String: [String]]
  var counts: [String: Int]

  init(values: [String: [String]], counts: [String: Int]) {
    self.values = values
    self.counts = counts
  }

  /// Whether a flag or an option was given.
  public func has(_ name: String) -> Bool { counts[name, default: 0] > 0 }

  /// Every value given to an option or positional argument, in order.
  public func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The one value of an argument, or nil where it was not given.
  public subscript(name: String) -> String? { values[name]?.last }

  /// The value of an argument that must be given; throws a usage error where it is missing.
  public func required(_ name: String) throws(MVError) -> String {
    guard let value = self[name] else { throw .usage(name, "is missing", remedy: "see --help") }
    return value
  }

  /// A whole number, or nil where the option was not given; throws a usage error where it is not within `range`.
  public func int(_ name: String, in range: ClosedRange<Int>) throws(MVError) -> Int? {
    guard let text = self[name] else { return nil }
    return try Self.int(text, name, range)
  }

  /// A number, or nil where the option was not given; throws a usage error where it is not within `range`.
  public func double(_ name: String, in range: ClosedRange<Double>) throws(MVError) -> Double? {
    guard let text = self[name] else { return nil }
    return try Self.double(text, name, range)
  }

  /// All whole numbers given to a repeatable option; commas may separate several.
  ///
  /// Throws a usage error where one is not a whole number within `range`, or is given twice.
  public func ints(_ name: String, in range: ClosedRange<Int>) throws(MVError) -> [Int] {
    let values = try numbers(of: name).map { (text) throws(MVError) in try Self.int(text, name, range) }
    try values.requireEachOnce("--\(name)")
    return values
  }

  /// All numbers given to a repeatable option; commas may separate several.
  ///
  /// Throws a usage error where one is not a number within `range`, or is given twice, however it is written.
  public func doubles(_ name: String, in range: ClosedRange<Double>) throws(MVError) -> [Double] {
    let values = try numbers(of: name).map { (text) throws(MVError) in try Self.double(text, name, range) }
    try values.requireEachOnce("--\(name)")
    return values
  }

  /// What an option was given in one or several lists, none of which is empty.
  private func numbers(of name: String) throws(MVError) -> [String] {
    var numbers: [String] = []
    for text in all(name) {
      let parts = text.split(separator: ",").map(String.init)
      guard !parts.isEmpty else {
        throw .usage("--\(name)", "has no number", remedy: "give one, or leave it out")
      }
      numbers += parts
    }
    return numbers
  }

  /// The case of an enumeration, by its raw value, or nil where the option was not given.
  ///
  /// The option is one that ``Argument/choice(_:of:_:default:repeated:formerly:)`` declares. Throws where no case has
  /// the value.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, as type: Choice.Type
  ) throws(MVError) -> Choice? {
    guard let text = self[name] else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw .usage(
        "--\(name) \(text)", "is not possible",
        remedy: "it takes \(Choice.allCases.map(\.rawValue).joined(separator: "|"))")
    }
    return choice
  }

  private static func int(_ text: String, _ name: String, _ range: ClosedRange<Int>) throws(MVError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      let limit = range.upperBound == .max ? "up" : "to \(range.upperBound)"
      throw .usage("--\(name) \(text)", "is not a whole number from \(range.lowerBound) \(limit)", remedy: "see --help")
    }
    return value
  }

  private static func double(
    _ text: String, _ name: String, _ range: ClosedRange<Double>
  ) throws(MVError) -> Double {
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw .usage(
        "--\(name) \(text)", "is not a number from \(range.lowerBound) to \(range.upperBound)", remedy: "see --help")
    }
    return value
  }
}
