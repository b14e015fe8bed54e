internal import MVCore
internal import MVRepresentations

extension RepresentationChecks {
  /// For each setting, some values other than its default that it accepts.
  func otherValues() -> [(String, SettingValue)] {
    entry.settings.flatMap { setting -> [(String, SettingValue)] in
      let bounds = setting.accepts.split(separator: "...").compactMap { Double($0) }
      let values: [SettingValue]
      switch setting.value {
      case .bool(let value): values = [.bool(!value)]
      case .int(let value):
        let near = Double(value) < bounds.dropFirst().first ?? .infinity ? value + 1 : value - 1
        let limits = Int(bounds[0])...(bounds.count > 1 ? Int(bounds[1]) : .max)
        let further = [value + 2, value * 2, value / 2, 4].filter { limits.contains($0) && $0 != near }
        values = (Set([limits.lowerBound, near] + further).sorted() + bounds.dropFirst().map { Int($0) }).map {
          .int($0)
        }
      case .double(let value): values = ([bounds[0], value * 1.5] + bounds.dropFirst()).map { .double($0) }
      case .string: values = setting.accepts.split(separator: "|").map { .string(String($0)) }
      }
      return values.filter { $0 != setting.value }.map { (setting.name, $0) }
    }
  }

  /// For each setting, some values that it must refuse, and what it says that it accepts.
  func impossibleValues() -> [(key: String, value: SettingValue, accepts: String)] {
    entry.settings.flatMap { setting -> [(String, SettingValue, String)] in
      var wrong: [SettingValue] = []
      let bounds = setting.accepts.split(separator: "...").compactMap { Double($0) }
      switch setting.value {
      case .bool: wrong = [.int(1), .string("perhaps")]
      case .int:
        wrong = bounds.first.map { [.int(Int($0) - 1)] } ?? []
        if bounds.count > 1 { wrong.append(.int(Int(bounds[1]) + 1)) }
        wrong += [.double(bounds[0] + 0.5), .string("many")]
      case .double:
        wrong = [.double(bounds[0] - 1), .double(.nan), .string("much")] + bounds.dropFirst().map { .double($0 + 1) }
      case .string: wrong = setting.accepts.contains("|") ? [.string("no-such-choice"), .string("")] : []
      }
      return wrong.map { (setting.name, $0, setting.accepts) }
    }
  }
}
