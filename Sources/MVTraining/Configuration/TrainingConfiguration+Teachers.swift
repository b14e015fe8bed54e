internal import Foundation
public import MVCore
public import MVStore

extension TrainingConfiguration {
  /// The teachers that are only named: roles, in order.
  public var openTeachers: [TeacherSettings] { settings.teachers.filter(\.isRole) }

  /// Adds teachers of the form `FILE[,key=value,...]`.
  ///
  /// Each takes the role of its name or, without a name, the first that is open, and what it does not say stays as the
  /// role has it; one for which there is no role is added. Throws a usage error for an unknown setting or one out of
  /// range, and for a second teacher of one name.
  public mutating func fillTeachers(with texts: [String]) throws(MVError) {
    for text in texts {
      let given = try TeacherSettings(parsing: text)
      let isNamed = given.label != TeacherSettings().label
      let role = settings.teachers.firstIndex { $0.isRole && (!isNamed || $0.label == given.label) }
      if let role {
        try settings.teachers[role].set(parsing: text)
      } else {
        guard !settings.teachers.contains(where: { $0.label == given.label }) else {
          throw .usage(
            "--teacher \(text)", "is a second teacher called \(given.label)",
            remedy: "give each a name of its own: FILE.pt,name=NAME")
        }
        settings.teachers.append(given)
      }
    }
  }

  /// Fills roles by embeddings of networks in feature files, and returns what is worth telling, one line each.
  ///
  /// A role is taken by the rows of its name. Where there is none, and one role is open, every embedding takes it:
  /// of those that ``TrainingSettings/representations`` names, if it names any, else of all. Embeddings are then in the
  /// loss with the weight and the factor of the role, unless they have their own; roles that nothing fits stay open.
  public mutating func fillTeachers(from files: [FeatureFile]) -> [String] {
    var notices: [String] = []
    // What other programs embedded is known by its name alone.
    let named = files.flatMap { file in file.representations.map { (file: file, plan: $0) } }
    let plans = named.filter { $0.plan.isOfNetwork }
    for role in openTeachers {
      var takers = named.filter { $0.plan.name == role.label }
      if takers.isEmpty, openTeachers.count == 1 {
        if case .named(let names) = settings.representations { takers = plans.filter { names.contains($0.plan.name) } }
        if takers.isEmpty { takers = plans }
      }
      guard !takers.isEmpty else { continue }
      settings.teachers.removeAll { $0.label == role.label }
      for (file, plan) in takers {
        include(plan.name)
        if settings.weight(of: plan.name) != role.weight, settings.representationWeights[plan.name] == nil {
          settings.representationWeights[plan.name] = role.weight
        }
        if role.scale != 1, settings.representationScales[plan.name] == nil {
          settings.representationScales[plan.name] = role.scale
        }
        if let notice = role.difference(from: plan) { notices.append("\(file.url.path): \(notice)") }
      }
    }
    return notices
  }

  /// Throws where a role is open; the error says how to fill it, by `source`, where that is known.
  public func checkTeachers(source: String? = nil) throws(MVError) {
    guard let role = openTeachers.first else { return }
    var words = ["mvmr", "embed", "FILE.pt", source ?? self.source ?? "SOURCE"]
    if let size { words += ["--size", "\(size)"] }
    if let split { words += ["--split", split] }
    words += role.inputWords.flatMap { ["--set", $0] }
    throw role.unfilled(command: ShellWords.line(words + ["--name", role.label, "--output", "\(role.label).h5"]))
  }

  private mutating func include(_ name: String) {
    switch settings.representations {
    case .all: break
    case .none: settings.representations = .named([name])
    case .named(let names): if !names.contains(name) { settings.representations = .named(names + [name]) }
    }
  }
}

extension RepresentationPlan {
  /// Whether the rows are embeddings by a network, as `mvmr embed` writes them.
  var isOfNetwork: Bool { ["embedding", "teacher"].contains(representation) }
}

extension TeacherSettings {
  /// Whether it names a teacher without saying which network that is.
  public var isRole: Bool { path.isEmpty }

  /// The error of a role that nothing fills; `command` is one that makes its embeddings.
  func unfilled(command: String?) -> MVError {
    let command =
      command ?? ShellWords.line(["mvmr", "embed", "FILE.pt", "SOURCE", "--name", label, "--output", "\(label).h5"])
    return .usage(
      "teacher \(label)", "is a role for which no network and no embedding is given",
      remedy: "give --teacher FILE.pt; or embed the images once by: \(command), and give "
        + ShellWords.line(["--features", "\(label).h5"]))
  }

  /// How images are fed, where that is not the default: `size=224`, for example.
  var inputWords: [String] {
    let usual = Dictionary(uniqueKeysWithValues: TeacherSettings().settingTable.map { ($0.name, $0.value) })
    return settingTable.filter { row in
      !["name", "path", "weight", "scale"].contains(row.name) && usual[row.name] != row.value
    }.map { row in
      // A square has one number, as people write it.
      if row.name == "size", let side = inputSettings["size"] { return "size=\(side)" }
      return "\(row.name)=\(row.text)"
    }
  }

  /// What a file's embedding was fed otherwise than this teacher is, in words; nil where that is the same or not known.
  func difference(from plan: RepresentationPlan) -> String? {
    let wanted = inputSettings.sorted { $0.key < $1.key }
    // A whole number may be stored without its point.
    let other = wanted.filter { key, value in
      guard let found = plan.settings[key], found != value else { return false }
      return Double(found.description) == nil || Double(found.description) != Double(value.description)
    }
    guard !other.isEmpty else { return nil }
    func words(_ value: SettingValue) -> String { value.description.isEmpty ? "none" : value.description }
    let found = other.map { "\($0.key)=\(words(plan.settings[$0.key] ?? .nothing))" }.joined(separator: ", ")
    let asked = other.map { "\($0.key)=\(words($0.value))" }.joined(separator: ", ")
    return "\(plan.name) was embedded with \(found); the configuration asks for \(asked)"
  }
}
