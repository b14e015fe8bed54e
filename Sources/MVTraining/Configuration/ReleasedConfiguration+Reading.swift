internal import MVCore
internal import MVYAML

extension ReleasedConfiguration {
  /// Takes the value at `key`; nil where the key is missing or empty.
  mutating func take(_ key: String) -> YAMLNode? {
    taken.insert(key)
    return nodes.first { $0.key == key && !$0.node.isNull }?.node
  }

  /// The text at `key`, without taking it; nil where there is none.
  func text(_ key: String) -> String? {
    guard let node = nodes.first(where: { $0.key == key && !$0.node.isNull })?.node else { return nil }
    return try? node.settingValue().description
  }

  private static func shown(_ node: YAMLNode?) -> String {
    guard let node else { return "absent" }
    if case .sequence(let items) = node.content { return "[\(items.map { shown($0) }.joined(separator: ", "))]" }
    return (try? node.settingValue().description) ?? ""
  }

  /// Notes what became of a key, if the file has it or its default matters.
  mutating func note(_ key: String, _ becomes: String, _ remark: String = "", absentMatters: Bool = false) {
    let node = nodes.first { $0.key == key }?.node
    guard node != nil || absentMatters else { return }
    let value = node.map { $0.isNull ? "empty" : Self.shown($0) } ?? "absent"
    rows.append(Row(key: key, value: value, becomes: becomes, remark: remark))
  }

  /// Takes a key that changes nothing here, and notes why.
  mutating func ignore(_ key: String, _ why: String) {
    _ = take(key)
    note(key, "", why)
  }

  /// Sets `setting` to the value at `key`, where it is there.
  mutating func map(_ key: String, to setting: String, _ remark: String = "") throws(MVError) {
    guard let node = take(key) else {
      note(key, "", "empty")
      return
    }
    if case .sequence = node.content {
      try configuration.settings.set(setting, to: node)
    } else {
      // The released code keeps 1e-4 as text and evaluates it, and lists as texts joined by -.
      let text = try node.settingValue().description
      try node.placed { () throws(MVError) in try configuration.settings.set(setting, parsing: text) }
    }
    note(key, "\(setting)=\(try configuration.settings.text(of: setting))", remark)
  }

  /// Sets a setting to a value that is not in the file.
  mutating func set(_ setting: String, _ value: SettingValue) throws(MVError) {
    try configuration.settings.set(setting, to: value)
  }

  /// Takes a whole number at `key`, or returns `value` where there is none; throws where it is out of range.
  mutating func int(_ key: String, in range: ClosedRange<Int>, else value: Int) throws(MVError) -> Int {
    guard let node = take(key) else { return value }
    guard case .int(let number) = try node.settingValue(), range.contains(number) else {
      throw .usage(
        node.place, "\(key) is not a whole number from \(range.lowerBound) to \(range.upperBound)", remedy: "change it")
    }
    return number
  }

  /// Takes a key that may only have the wanted values; throws where it has another.
  mutating func require(_ key: String, is wanted: [String], _ remedy: String) throws(MVError) {
    guard let node = take(key) else { return }
    let value = Self.shown(node)
    guard wanted.contains(value) else { throw .usage(node.place, "\(key)=\(value) is not possible", remedy: remedy) }
    note(key, "", "the only possibility")
  }
}
