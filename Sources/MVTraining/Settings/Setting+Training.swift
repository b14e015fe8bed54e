internal import MVCore

extension Setting<TrainingSettings> {
  /// Which representations are in the loss: `all`, `none`, or names.
  static func representations(_ name: String, _ help: String) -> Setting {
    let form = Domain.TextForm("names", examples: ["hog", "scattering-j3"], counterexamples: [""]) { !$0.isEmpty }
    return Setting(
      name, .either(.choice(["all", "none"]), .list(of: .text(form), separator: ",")), help,
      read: {
        switch $0.representations {
        case .all: .string("all")
        case .none: .string("none")
        case .named(let names): .list(names.map { .string($0) })
        }
      }
    ) { settings, value in
      settings.representations =
        switch value {
        case .string("all"): .all
        case .list(let names) where !names.isEmpty: .named(names.map(\.description))
        default: .none
        }
      return true
    }
  }

  /// Teachers with a file and a name of its own each.
  static func teachers(_ name: String, _ help: String) -> Setting {
    Setting(
      name, .list(of: .settings(TeacherSettings.self), separator: nil), help,
      read: { .list($0.teachers.map { .pairs($0.settingValues) }) }
    ) { settings, value in
      guard case .list(let values) = value else { return false }
      let teachers = values.compactMap { value in
        if case .pairs(let values) = value { try? TeacherSettings(settingValues: values) } else { nil }
      }
      guard teachers.count == values.count, Set(teachers.map(\.label)).count == teachers.count else { return false }
      settings.teachers = teachers
      return true
    }
  }
}
