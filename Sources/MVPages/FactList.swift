/// A list of names with one or several lines about each, such as where data came from.
public struct FactList: Hashable, Sendable {
  /// One name with its lines.
  public struct Fact: Hashable, Sendable {
    /// What the lines are about.
    public let name: String
    /// The lines, as they are shown.
    public let lines: [String]

    /// Creates a fact; see the properties.
    public init(_ name: String, _ lines: [String]) {
      self.name = name
      self.lines = lines
    }
  }

  /// The facts, in order.
  public private(set) var facts: [Fact] = []

  /// Creates an empty list.
  public init() {}

  /// Adds a fact; empty lines are dropped, and so is a fact without lines.
  public mutating func add(_ name: String, _ lines: String...) { add(name, lines) }

  /// Adds a fact; empty lines are dropped, and so is a fact without lines.
  public mutating func add(_ name: String, _ lines: [String]) {
    let lines = lines.filter { !$0.isEmpty }
    if !lines.isEmpty { facts.append(Fact(name, lines)) }
  }

  var html: String {
    let rows = facts.map { fact in
      "<div><dt>\(escaped(fact.name))</dt>\(fact.lines.map { "<dd>\(escaped($0))</dd>" }.joined())</div>"
    }
    return "<dl class=\"facts\">\n\(rows.joined(separator: "\n"))\n</dl>"
  }
}
