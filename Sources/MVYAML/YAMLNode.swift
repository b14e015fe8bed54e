public import MVCore

/// A part of a YAML document, and where it stands.
public struct YAMLNode: Hashable, Sendable {
  /// What a node is.
  public indirect enum Content: Hashable, Sendable {
    /// A value; a quoted one is always text.
    case scalar(String, isQuoted: Bool)
    /// Values in order.
    case sequence([YAMLNode])
    /// Values by key, in the order of the file.
    case mapping([Entry])
  }

  /// One key and its value.
  public struct Entry: Hashable, Sendable {
    /// The key, and where it stands.
    public let key: YAMLNode
    /// The value.
    public let value: YAMLNode

    /// The key's text.
    public var name: String { if case .scalar(let text, _) = key.content { text } else { "" } }
  }

  /// What the node is.
  public let content: Content
  /// The file's name.
  public let file: String
  /// Line, from 1.
  public let line: Int
  /// Column, from 1.
  public let column: Int

  /// `file:line:column`, as errors name the node.
  public var place: String { "\(file):\(line):\(column)" }

  /// Whether the node holds nothing: empty, `~` or `null`.
  public var isNull: Bool {
    if case .scalar(let text, false) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
  }

  /// The entries of a mapping; throws where the node is none.
  public func entries() throws(MVError) -> [Entry] {
    if case .mapping(let entries) = content { return entries }
    if isNull { return [] }
    throw .badData(place, "is not a mapping", remedy: "write it as key: value")
  }

  /// The elements of a sequence; a single value counts as a sequence of one.
  public func elements() -> [YAMLNode] {
    if case .sequence(let nodes) = content { return nodes }
    return isNull ? [] : [self]
  }

  /// The value as a setting: quoted is text, otherwise `true`, a number or text as YAML 1.2 reads them.
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
    try node.placed { () throws(MVError) in try set(key, to: value) }
  }
}
