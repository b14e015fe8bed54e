internal import MVCore
internal import MVRepresentations

extension RepresentationChecks {
  /// For each setting, some values other than its default that it accepts.
  func otherValues() -> [(String, SettingValue)] {
    entry.settings.flatMap { setting -> [(String, SettingValue)] in
      var values = setting.domain.examples
      switch (setting.domain, setting.value) {
      case (.whole(let range), .int(let value)):
        let near = value < range.upperBound ? value + 1 : value - 1
        values += [near, value + 2, value * 2, value / 2, 4].filter(range.contains).map { .int($0) }
      case (.real(let range), .double(let value)):
        values += [value * 1.5].filter(range.contains).map { .double($0) }
      default: break
      }
      return values.filter { $0 != setting.value }.map { (setting.name, $0) }
    }
  }

  /// For each setting, some values that it must refuse, and what it says that it accepts.
  func impossibleValues() -> [(key: String, value: SettingValue, accepts: String)] {
    entry.settings.flatMap { setting in
      setting.domain.invalidValues.map { (setting.name, $0, setting.accepts) }
    }
  }
}
