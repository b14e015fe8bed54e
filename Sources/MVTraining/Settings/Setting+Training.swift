internal import MVCore
internal import MVImaging
internal import MVNetworks

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

extension Setting<TrainingSettings> {
  /// One of the encoders that other settings shape, or a network by its name in the catalogue.
  static func encoder(
    _ name: String, _ path: WritableKeyPath<TrainingSettings, EncoderChoice> & Sendable, _ help: String
  ) -> Setting {
    let form = Domain.TextForm(
      "a name of mvmr networks", examples: ["vit-tiny-16", "deit_tiny_patch16_224"],
      counterexamples: ["resnet", "", "{}"]
    ) { EncoderChoice($0) != nil }
    return Setting(
      name, .either(.choice(EncoderChoice.shaped.map(\.description)), .text(form)), help,
      read: { .string($0[keyPath: path].description) }
    ) { settings, value in EncoderChoice(value.description).map { settings[keyPath: path] = $0 } != nil }
  }
}

extension Setting {
  /// Named statistics of images, or means and deviations as text; nil is written `automatic`.
  static func statistics(
    _ name: String, _ path: WritableKeyPath<Root, ImageStatistics?> & Sendable, automatic: String, _ help: String
  ) -> Setting {
    let form = Domain.TextForm(
      "means/deviations", examples: ["0.4,0.5,0.6/0.2,0.2,0.25"], counterexamples: ["0.5/0.5", "0.4,0.5,0.6/0,1,1"]
    ) { ImageStatistics(rawValue: $0) != nil }
    return Setting(
      name, .either(.choice([automatic] + ImageStatistics.allCases.map(\.rawValue)), .text(form)), help,
      read: { .string($0[keyPath: path]?.rawValue ?? automatic) }
    ) { root, value in
      let statistics = ImageStatistics(rawValue: value.description)
      root[keyPath: path] = statistics
      return statistics != nil || value.description == automatic
    }
  }

  /// An output of a network, or nothing in particular, which `auto` stands for.
  static func output(
    _ name: String, _ path: WritableKeyPath<Root, NetworkOutput?> & Sendable, _ help: String
  ) -> Setting {
    let form = Domain.TextForm(
      "an output as stage3", examples: ["stage3", "class+patches"], counterexamples: ["stage0", "last"]
    ) { NetworkOutput($0) != nil }
    return Setting(
      name, .either(.choice(["auto", "features", "projection"]), .text(form)), help,
      read: { .string($0[keyPath: path]?.description ?? "auto") }
    ) { root, value in
      root[keyPath: path] = NetworkOutput(value.description)
      return true
    }
  }
}
