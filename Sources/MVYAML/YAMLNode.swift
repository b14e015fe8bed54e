public import MVCore

/// A node of a YAML document, and the line and column where it stands.
public struct YAMLNode: Hashable, Sendable {
  /// The kinds of node.
  public indirect enum Content: Hashable, Sendable {
    /// A single value as text; a quoted one is never read as a number, a boolean or null.
    case scalar(String, isQuoted: Bool)
    /// A list of values, in order.
    case sequence([YAMLNode])
    /// Keys and their values, in the order of the file.
    case mapping([Entry])
  }

  /// One key and its value.
  public struct Entry: Hashable, Sendable {
    /// The key as a node of its own, which knows its place.
    public let key: YAMLNode
    /// The value that belongs to the key.
    public let value: YAMLNode

    /// The key as text; empty where the key is not a single value.
    public var name: String { if case .scalar(let text, _) = key.content { text } else { "" } }
  }

  /// What the node holds.
  public let content: Content
  /// The name of the file the node was read from.
  public let file: String
  /// The line where the node begins, from 1.
  public let line: Int
  /// The column where the node begins, from 1.
  public let column: Int

  /// The place as errors name it: `file:line:column`.
  public var place: String { "\(file):\(line):\(column)" }

  /// Whether the node holds nothing: empty, `~` or `null`.
  public var isNull: Bool {
    if case .scalar(let text, false) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
  }

  /// The entries of a mapping, in order; none for null.
  ///
  /// Throws where the node is a list or a value.
  public func entries() throws(MVError) -> [Entry] {
    if case .mapping(let entries) = content { return entries }
    if isNull { return [] }
    throw .badData(place, "is not a mapping", remedy: "write it as key: value")
  }

  /// The nodes of a list; a single value counts as a list of one, null as an empty list.
  public func elements() -> [YAMLNode] {
    if case .sequence(let nodes) = content { return nodes }
    return isNull ? [] : [self]
  }

  /// A mapping without one of its keys; a node of another kind as it is.
  public func removing(_ key: String) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    return YAMLNode(content: .mapping(entries.filter { $0.name != key }), file: file, line: line, column: column)
  }

  /// The node as the value of a setting: a quoted value is text, others are a boolean, a number or text as in YAML 1.2.
  ///
  /// Throws where the node is a list or a mapping.
  public func settingValue() throws(MVError) -> SettingValue {
    guard case .scalar(let text, let isQuoted) = content else {
      throw .badData(place, "is a list or mapping, a single value is wanted", remedy: "write key: value")
    }
    if isQuoted { return .string(text) }
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: return SettingValue(parsing: text)
    }
  }

  /// The value as a setting: a single one, a list, values by name, or nothing.
  ///
  /// Throws where a list or mapping in it holds a key that is none.
  public func value() throws(MVError) -> SettingValue {
    switch content {
    case .scalar: return isNull ? .nothing : try settingValue()
    case .sequence(let nodes): return .list(try nodes.map { (node) throws(MVError) in try node.value() })
    case .mapping(let entries):
      var pairs: [String: SettingValue] = [:]
      for entry in entries { pairs[entry.name] = try entry.value.value() }
      return .pairs(pairs)
    }
  }

  /// The values of nested mappings by dotted key, with the node each came from; null values only where `nulls` says so.
  ///
  /// Throws where the node is no mapping.
  public func flattened(
    prefix: String = "", nulls: Bool = false
  ) throws(MVError) -> [(key: String, node: YAMLNode)] {
    var result: [(key: String, node: YAMLNode)] = []
    for entry in try entries() {
      let key = prefix.isEmpty ? entry.name : "\(prefix).\(entry.name)"
      if case .mapping = entry.value.content {
        result += try entry.value.flattened(prefix: key, nulls: nulls)
      } else if nulls || !entry.value.isNull {
        result.append((key, entry.value))
      }
    }
    return result
  }
}

extension YAMLNode {
  /// The node as it may be written on one line: `[16, 32]`, `{hog: 2}`; errors quote it.
  public var written: String {
    switch content {
    case .scalar(let text, let isQuoted): isQuoted ? "\"\(text)\"" : text
    case .sequence(let nodes): "[\(nodes.map(\.written).joined(separator: ", "))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key.written): \($0.value.written)" }.joined(separator: ", "))}"
    }
  }

  /// Returns what `body` returns; an error of it is thrown with the node's place in the file as its subject.
  public func placed<Result>(_ body: () throws(MVError) -> Result) throws(MVError) -> Result {
    do throws(MVError) { return try body() } catch {
      throw MVError(error.kind, place, "\(error.place) \(error.reason)", remedy: error.remedy)
    }
  }
}

extension Configurable {
  /// Changes the setting that a YAML value names; errors name the line and column.
  public mutating func set(_ key: String, to node: YAMLNode) throws(MVError) {
    let isSingle = (try? Self.setting(named: key))?.domain.isSingle ?? true
    let value = isSingle ? try node.settingValue() : try node.value()
    try node.placed { () throws(MVError) in try set(key, to: value, written: node.written) }
  }
}
