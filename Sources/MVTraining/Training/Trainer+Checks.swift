internal import Foundation
internal import MVCore

extension Trainer {
  /// The data with the representations that the settings name; throws where one is missing, or a weight is for none.
  static func representations(_ settings: TrainingSettings, _ data: TrainingData) throws(MVError) -> TrainingData {
    var data = data
    switch settings.representations {
    case "all": break
    case "none": data = try data.selecting([])
    default: data = try data.selecting(settings.representations.split(separator: ",").map(String.init))
    }
    data = try data.scaling(WeightList(parsing: settings.representationScales)?.values ?? [:])
    let stored = data.targets.filter { if case .stored = $0.origin { true } else { false } }.map(\.name)
    try check(settings.representationScales, "representation_scales", among: stored)
    try check(settings.representationWeights, "representation_weights", among: data.targets.map(\.name))
    let size = ImageSize(height: data.shape.height, width: data.shape.width)
    return try data.adding(
      settings.teacherSettings.map { (teacher) throws(MVError) in try Teacher(teacher, imageSize: size) })
  }

  private static func check(_ list: String, _ setting: String, among names: [String]) throws(MVError) {
    for name in (WeightList(parsing: list)?.values ?? [:]).keys.sorted() where !names.contains(name) {
      throw .usage(
        "setting \(setting)", "names \(name), which is not in the loss",
        remedy: names.isEmpty ? "there is none in it" : "in it are \(names.joined(separator: ", "))")
    }
  }

  /// Throws where a checkpoint is of a run with other settings or other data than these.
  static func match(
    _ found: Checkpoint, _ settings: TrainingSettings, _ place: Checkpoint.Place
  ) throws(MVError) {
    let free: Set<String> = ["threads", "workers", "checkpoint_every", "validate_every"]
    func values(_ settings: TrainingSettings) -> [String: SettingValue] {
      let teachers = TeacherList(settings.teacherSettings).textWithoutPaths
      return settings.settingValues.merging(["teachers": .string(teachers)]) { $1 }
    }
    let theirs = values(found.settings)
    for (name, value) in values(settings).sorted(by: { $0.key < $1.key }) where !free.contains(name) {
      guard let other = theirs[name], other != value else { continue }
      throw .usage(
        "setting \(name)=\(value)", "differs from \(name)=\(other) of the run in \(found.url.path)",
        remedy: "resume with the run's own settings, or start another run")
    }
    let old = found.place
    guard old.images == place.images, old.imageShape == place.imageShape else {
      throw .badData(
        found.url.path,
        "was trained on \(old.images) images of \(old.imageShape), these are \(place.images) of \(place.imageShape)",
        remedy: "resume with the run's own data")
    }
    guard old.representations == place.representations else {
      throw .badData(
        found.url.path, "was trained with \(old.representations.joined(separator: ", "))",
        remedy: "resume with the same representations")
    }
    for (name, fingerprint) in place.teachers ?? [:] where old.teachers?[name] != fingerprint {
      throw .badData(
        found.url.path, "was trained with another file of teacher \(name)", remedy: "resume with that file")
    }
  }
}
