internal import Foundation
internal import MVCore

extension Trainer {
  /// Throws where a checkpoint is of a run with other settings or other data than these.
  static func match(
    _ found: Checkpoint, _ settings: TrainingSettings, _ place: Checkpoint.Place
  ) throws(MVError) {
    let free: Set<String> = ["threads", "workers", "checkpoint_every", "validate_every"]
    let theirs = Dictionary(uniqueKeysWithValues: comparable(found.settings).settingTable.map { ($0.name, $0) })
    for row in comparable(settings).settingTable.sorted(by: { $0.name < $1.name }) where !free.contains(row.name) {
      guard let other = theirs[row.name], other.value != row.value else { continue }
      throw .usage(
        "setting \(row.name)=\(row.text)", "differs from \(row.name)=\(other.text) of the run in \(found.url.path)",
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

  /// The settings without the places of the teachers' files, which may move between a run and its resumption.
  private static func comparable(_ settings: TrainingSettings) -> TrainingSettings {
    var settings = settings
    for index in settings.teachers.indices { settings.teachers[index].path = "" }
    return settings
  }
}
