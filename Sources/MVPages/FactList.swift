/// Names and what is to be said of each, such as where data came from.
public struct FactList: Hashable, Sendable {
  /// A name, and one line or several.
  public struct Fact: Hashable, Sendable {
    /// What it is about.
    public let name: String
    /// What there is to say.
    public let lines: [String]
  }

  /// The facts, in order.
  public private(set) var facts: [Fact] = []

  /// No facts.
  public init() {}

  /// Adds a fact; nothing where there are no lines.
  public mutating func add(_ name: String, _ lines: String...) { add(name, lines) }

  /// Adds a fact; nothing where there are no lines.
  public mutating func add(_ name: String, _ lines: [String]) {
    let lines = lines.filter { !$0.isEmpty }
    if !lines.isEmpty { facts.append(Fact(name: name, lines: lines)) }
  }

  var html: String {
    let rows = facts.map { fact in
      "<div><dt>\(escaped(fact.name))</dt>\(fact.lines.map { "<dd>\(escaped($0))</dd>" }.joined())</div>"
    }
    return "<dl class=\"facts\">\n\(rows.joined(separator: "\n"))\n</dl>"
  }
}
