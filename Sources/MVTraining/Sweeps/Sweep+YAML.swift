internal import Foundation
public import MVCore
internal import MVEvaluation
internal import MVImaging
public import MVYAML

extension Sweep {
  /// The keys of a sweep file.
  public static let keys = [
    "base", "grid", "variants", "seeds", "at", "held_out", "train_split", "test_split", "options", "output",
  ]

  /// Whether a document is a sweep and not the configuration of one run.
  public static func recognizes(_ root: YAMLNode) -> Bool {
    ((try? root.entries()) ?? []).contains { ["base", "grid", "variants", "seeds"].contains($0.name) }
  }

  /// Reads a sweep file; `configuration` reads what `config` names in its base.
  ///
  /// Throws for an unknown key, setting or value; the error names its line and column.
  public init(
    _ root: YAMLNode, configuration: (YAMLNode) throws(MVError) -> TrainingConfiguration
  ) throws(MVError) {
    for entry in try root.entries() where !entry.value.isNull {
      let value = entry.value
      switch entry.name {
      case "base": base = try Self.base(value, configuration)
      case "grid":
        axes = try value.entries().map { (axis) throws(MVError) in
          let setting = try axis.key.placed { () throws(MVError) in try SweepChange.setting(named: axis.name).name }
          let changes = try axis.value.elements().map { (node) throws(MVError) in try SweepChange(setting, node) }
          return try axis.key.placed { () throws(MVError) in try SweepAxis(setting, changes) }
        }
      case "variants":
        named = try value.entries().map { (variant) throws(MVError) in
          Named(
            variant.name,
            try variant.value.entries().map { (change) throws(MVError) in
              let setting = try change.key.placed { () throws(MVError) in try SweepChange.setting(named: change.name) }
              return try SweepChange(setting.name, change.value)
            })
        }
      case "seeds": seeds = try Self.seeds(value)
      case "at":
        // The record of a sweep may have one twice.
        for node in value.elements() {
          let moment = try node.placed { () throws(MVError) in
            try SweepMoment(parsing: node.settingValue().description)
          }
          if !moments.contains(moment) { moments.append(moment) }
        }
      case "held_out":
        guard let part = Double(try value.settingValue().description), part > 0, part < 1 else {
          throw .usage(value.place, "held_out is not a part above 0 and below 1", remedy: "write for example 0.1")
        }
        heldOut = part
      case "train_split": trainSplit = try value.settingValue().description
      case "test_split": testSplit = try value.settingValue().description
      case "options":
        for option in try value.entries() {
          options[option.name] = try option.value.elements().map { (node) throws(MVError) in
            try node.settingValue().description
          }
        }
      case "output": base.output = try value.settingValue().description
      default:
        throw .usage(
          entry.key.place, "\(entry.name) is not a key of sweep",
          remedy: NearestName.hint(for: entry.name, among: Self.keys) + "it has \(Self.keys.joined(separator: ", "))")
      }
      if heldOut != nil, testSplit != nil {
        throw .usage(
          entry.key.place, "held_out does not go with test_split", remedy: "leave one of them out")
      }
    }
  }

  /// Seeds as a file gives them: how many, counted from 0, or a list of them.
  private static func seeds(_ node: YAMLNode) throws(MVError) -> [Int] {
    let texts = try node.elements().map { (element) throws(MVError) in try element.settingValue().description }
    return try node.placed { () throws(MVError) in
      if case .sequence = node.content { return try seeds(listed: texts) }
      return try seeds(parsing: texts.first ?? "")
    }
  }

  /// Seeds as a person types them: `3` for 0, 1 and 2, or `4,7` for these.
  ///
  /// Throws a usage error for other texts.
  public static func seeds(parsing text: String) throws(MVError) -> [Int] {
    guard !text.contains(",") else {
      return try seeds(listed: text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    guard let count = Int(text), (1...10_000).contains(count) else {
      throw .usage("seeds \(text)", "is not how many there are", remedy: "write 3 for 0, 1 and 2, or a list as 4,7")
    }
    return Array(0..<count)
  }

  private static func seeds(listed texts: [String]) throws(MVError) -> [Int] {
    try texts.map { (text) throws(MVError) in
      guard let seed = Int(text), seed >= 0 else {
        throw .usage("seed \(text)", "is not a whole number from 0 up", remedy: "write for example 0, 1, 2")
      }
      return seed
    }
  }

  /// The base: a configuration of `mvmr train`, or one that its `config` names and what stands beside that.
  private static func base(
    _ node: YAMLNode, _ configuration: (YAMLNode) throws(MVError) -> TrainingConfiguration
  ) throws(MVError) -> TrainingConfiguration {
    if case .scalar = node.content { return try configuration(node) }
    guard let config = try node.entries().first(where: { $0.name == "config" }) else {
      return try TrainingConfiguration(node)
    }
    var base = try configuration(config.value)
    let rest = node.removing(config.name)
    let own = try TrainingConfiguration(rest)
    for entry in try rest.entries() where !entry.value.isNull {
      switch entry.name {
      case "source": base.source = own.source
      case "split": base.split = own.split
      case "size": base.size = own.size
      case "features": base.features = own.features
      case "output": base.output = own.output
      case "teachers": base.settings.teachers = own.settings.teachers
      case "extract": (base.expected, base.expectedNormalization) = (own.expected, own.expectedNormalization)
      default: try base.settings.set(entry.name, to: entry.value)
      }
    }
    return base
  }

  /// The sweep as YAML, every setting of its base written out; reading it gives the same sweep.
  public var yaml: String {
    typealias Text = TrainingConfiguration
    var lines = ["base:"]
    lines += base.yaml.split(separator: "\n").map { "  \($0)" }
    if !axes.isEmpty { lines.append("grid:") }
    for axis in axes {
      lines.append("  \(axis.setting): [\(axis.changes.map { Text.text($0.value) }.joined(separator: ", "))]")
    }
    if !named.isEmpty { lines.append("variants:") }
    for variant in named {
      let changes = variant.changes.map { "\($0.setting): \(Text.text($0.value))" }
      lines.append("  \(Text.quoted(variant.name)): {\(changes.joined(separator: ", "))}")
    }
    if let seeds { lines.append("seeds: [\(seeds.map(String.init).joined(separator: ", "))]") }
    if !moments.isEmpty { lines.append("at: [\(moments.map { Text.quoted("\($0)") }.joined(separator: ", "))]") }
    if let heldOut { lines.append("held_out: \(heldOut)") }
    if let trainSplit { lines.append("train_split: \(Text.quoted(trainSplit))") }
    if let testSplit { lines.append("test_split: \(Text.quoted(testSplit))") }
    if !options.isEmpty { lines.append("options:") }
    for (name, values) in options.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(name): [\(values.map(Text.quoted).joined(separator: ", "))]")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
