internal import Foundation
internal import MVCore
internal import MVImaging
internal import MVRepresentations

extension TrainingConfiguration {
  /// The configuration as YAML, every setting written out; reading it gives the same configuration.
  public var yaml: String {
    var lines: [String] = []
    func add(_ key: String, _ value: String?) { if let value { lines.append("\(key): \(Self.quoted(value))") } }
    add("source", source)
    add("size", size?.description)
    add("split", split)
    if !features.isEmpty { lines.append("features: [\(features.map(Self.quoted).joined(separator: ", "))]") }
    add("output", output)
    if !expected.isEmpty {
      lines.append("# What `mvmr extract` makes for this configuration: feature files are compared with it.")
      lines.append("extract:")
      lines.append("  representations:")
      lines += expected.map { "    - \(Self.quoted($0.description))" }
      if expectedNormalization != .none { lines.append("  normalize: \(expectedNormalization.rawValue)") }
    }
    for row in settings.settingTable where row.name != "teachers" {
      lines.append("\(row.name): \(Self.text(row.value))")
    }
    if !settings.teachers.isEmpty { lines.append("teachers:") }
    for teacher in settings.teachers {
      for (place, row) in teacher.settingTable.filter({ $0.name != "path" || !teacher.isRole }).enumerated() {
        lines.append("  \(place == 0 ? "-" : " ") \(row.name): \(Self.text(row.value))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func text(_ value: SettingValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .list(let values): "[\(values.map(text).joined(separator: ", "))]"
    case .pairs(let values):
      "{\(values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(text($0.value))" }.joined(separator: ", "))}"
    case .nothing: "~"
    case .bool, .int, .double: value.description
    }
  }

  /// The text as it is if YAML reads it back unchanged, else in double quotes.
  static func quoted(_ text: String) -> String {
    let words = ["true", "false", "null", "none", "yes", "no", "on", "off"]
    let isPlain =
      text.first?.isLetter ?? false && (!words.contains(text.lowercased()) || text == "none")
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./+".contains($0)) }
    if isPlain { return text }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }
}
