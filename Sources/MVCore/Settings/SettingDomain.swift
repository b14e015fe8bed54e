/// The values that a setting takes: what it accepts in words, its checks, and values it refuses all follow from it.
public indirect enum SettingDomain: Sendable {
  /// A whole number within a range.
  case whole(ClosedRange<Int>)
  /// A finite number within a range.
  case real(ClosedRange<Double>)
  /// `true` or `false`.
  case flag
  /// One of these names.
  case choice([String])
  /// Text of a certain form.
  case text(TextForm)
  /// Values in order, written with `separator` between them, or as JSON where there is none; `count` says how many.
  case list(of: SettingDomain, count: Set<Int>? = nil, separator: Character?)
  /// Values by name, written `NAME=VALUE` and joined by commas.
  case pairs(of: SettingDomain)
  /// The settings of a type.
  case settings(any Configurable.Type)
  /// A value of the first domain, or else one of the second.
  case either(SettingDomain, SettingDomain)
  /// Such a value, or nothing.
  case optional(SettingDomain)

  /// A form that texts have.
  public struct TextForm: Sendable {
    /// The form in words, for example `HxW, or one number`.
    public let words: String
    /// Texts of this form.
    public let examples: [String]
    /// Texts of another form.
    public let counterexamples: [String]
    let accepts: @Sendable (String) -> Bool

    /// Creates a form; `examples` and `counterexamples` are what tests try.
    public init(
      _ words: String, examples: [String], counterexamples: [String] = [],
      accepts: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
      self.words = words
      self.examples = examples
      self.counterexamples = counterexamples
      self.accepts = accepts
    }
  }

  /// The domain in words: `1...360`, `l1|l2`.
  public var accepts: String {
    switch self {
    case .whole(let range): Self.words(range)
    case .real(let range): Self.words(range)
    case .flag: "true|false"
    case .choice(let names): names.joined(separator: "|")
    case .text(let form): form.words
    case .list(let element, let count, let separator):
      [
        count.map { $0.subtracting([0]).sorted().map(String.init).joined(separator: " or ") }, element.plural,
        separator.map { "joined by \($0 == "," ? "commas" : String($0))" },
      ].compactMap { $0 }.joined(separator: " ") + (count?.contains(0) ?? true ? ", or nothing" : "")
    case .pairs(let value): "NAME=VALUE joined by commas, or nothing; \(value.plural)"
    case .settings(let type): "settings of a \(type.name)"
    case .either(let first, let second): "\(first.accepts), or \(second.accepts)"
    case .optional(let domain): "\(domain.accepts), or nothing"
    }
  }

  /// Whether every value is a single one, neither a list nor values by name.
  public var isSingle: Bool {
    switch self {
    case .whole, .real, .flag, .choice, .text: true
    case .list, .pairs, .settings: false
    case .either(let first, let second): first.isSingle && second.isSingle
    case .optional(let domain): domain.isSingle
    }
  }

  /// Several values in words: `whole numbers 1...9`.
  private var plural: String {
    switch self {
    case .whole(let range): "whole numbers \(Self.words(range))"
    case .real(let range): range == -Double.infinity...Double.infinity ? "numbers" : "numbers \(Self.words(range))"
    case .flag, .choice: "of \(accepts)"
    case .text(let form): form.words
    case .settings(let type): "a list of \(type.name)s"
    case .list, .pairs, .either, .optional: "of \(accepts)"
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    "\(range.lowerBound)...\(range.upperBound == .max ? "" : "\(range.upperBound)")"
  }

  private static func words(_ range: ClosedRange<Double>) -> String {
    if range.lowerBound == .leastNonzeroMagnitude && range.upperBound == .infinity { return "above 0" }
    let lower = range.lowerBound == -.infinity ? "" : "\(range.lowerBound)"
    return "\(lower)...\(range.upperBound == .infinity ? "" : "\(range.upperBound)")"
  }
}
