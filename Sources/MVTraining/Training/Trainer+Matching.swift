internal import Foundation
internal import MVCore
internal import MVImaging
internal import MVNetworks
internal import MVWeights

extension Trainer {
  /// The checkpoint of the run that is in `folder`; nil where there is none.
  ///
  /// Throws where it is not to be resumed, or is not one of training.
  static func found(in folder: URL, resuming: Bool) throws(MVError) -> Checkpoint? {
    let file = checkpoint(in: folder)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    guard resuming else {
      throw .usage(folder.path, "already holds a training run", remedy: "resume it, or give another folder")
    }
    let checkpoint = try Checkpoint(contentsOf: file)
    guard checkpoint.finetuning == nil else {
      throw .usage(
        folder.path, "holds a run of fine-tuning", remedy: "resume it by finetune, or give another folder")
    }
    try checkpoint.checkSize()
    return checkpoint
  }

  /// Throws where a checkpoint is of a run with other settings or other data than these.
  static func match(
    _ found: Checkpoint, _ settings: TrainingSettings, _ place: Checkpoint.Place
  ) throws(MVError) {
    let free: Set<String> = [
      "threads", "workers", "checkpoint_every", "validate_every", "log_every", "epochs", "device", "deterministic",
    ]
    guard settings.epochs * found.place.stepsPerEpoch >= found.place.step else {
      throw .usage(
        "setting epochs=\(settings.epochs)",
        "is less than the \(found.place.step / found.place.stepsPerEpoch) epochs that the run in \(found.url.path) has done",
        remedy: "give more, or start another run")
    }
    let theirs = Dictionary(uniqueKeysWithValues: comparable(found.settings).settingTable.map { ($0.name, $0) })
    for row in comparable(settings).settingTable.sorted(by: { $0.name < $1.name }) where !free.contains(row.name) {
      guard let other = theirs[row.name], other.value != row.value else { continue }
      throw .usage(
        "setting \(row.name)=\(row.text)", "differs from \(row.name)=\(other.text) of the run in \(found.url.path)",
        remedy: "a run keeps its settings but epochs: leave it out, or start another run from these weights by "
          + "--init \(found.url.path) and another --output")
    }
    let old = found.place
    guard old.images == place.images, old.imageShape == place.imageShape else {
      throw .badData(
        found.url.path,
        "was trained on \(old.images) images of \(old.imageShape), these are \(place.images) of \(place.imageShape)",
        remedy: "resume with the run's own data")
    }
    guard old.stepsPerEpoch == place.stepsPerEpoch else {
      throw .badData(
        found.url.path,
        "was trained by \(old.stepsPerEpoch) steps an epoch, these settings make \(place.stepsPerEpoch)",
        remedy: "take another checkpoint of the run")
    }
    guard old.representations == place.representations else {
      throw .badData(
        found.url.path, "was trained with \(old.representations.joined(separator: ", "))",
        remedy: "resume with the same representations")
    }
    for (name, fingerprint) in place.teachers ?? [:]
    where !TrainedNetwork.isSame(fingerprint, as: old.teachers?[name]) {
      throw otherTeacher(name, found)
    }
  }

  /// Throws where a teacher that is a program is not the one that the run was trained with; none is run.
  static func matchPrograms(_ found: Checkpoint, _ settings: TrainingSettings) throws(MVError) {
    for teacher in settings.teachers where !teacher.isRole {
      guard TrainedNetwork.isProgram(at: teacher.path, teacher.network) else { continue }
      let fingerprint = try TrainedNetwork(at: teacher.path, teacher.network).fingerprint()
      guard TrainedNetwork.isSame(fingerprint, as: found.place.teachers?[teacher.label]) else {
        throw otherTeacher(teacher.label, found)
      }
    }
  }

  private static func otherTeacher(_ name: String, _ found: Checkpoint) -> MVError {
    .badData(found.url.path, "was trained with another file of teacher \(name)", remedy: "resume with that file")
  }

  /// What is told where a run is made longer or shorter than it was begun; nil where it is not.
  static func noticeOfLength(
    _ found: Checkpoint, _ settings: TrainingSettings, _ schedule: LearningRateSchedule
  ) throws(MVError) -> String? {
    guard found.settings.epochs != settings.epochs else { return nil }
    let (step, before) = (found.place.step, try found.settings.schedule(stepsPerEpoch: found.place.stepsPerEpoch))
    let rates = [before.rate(at: max(0, step - 1)), schedule.rate(at: step)].map { String(format: "%.3g", $0) }
    return
      "epochs=\(settings.epochs) where the run was begun with \(found.settings.epochs): the schedule of the learning "
      + "rate is computed anew for \(settings.epochs) epochs and joined at step \(step); the last rate was \(rates[0]), "
      + "the next is \(rates[1])"
  }

  /// The settings without the places of the teachers' files, which may move between a run and its resumption.
  ///
  /// Version 0.1 wrote out what is now left to the network; the teacher's fingerprint tells where that differs.
  private static func comparable(_ settings: TrainingSettings) -> TrainingSettings {
    var settings = settings
    for index in settings.teachers.indices {
      settings.teachers[index].path = ""
      if settings.teachers[index].normalization == ImageStatistics.none { settings.teachers[index].normalization = nil }
      if settings.teachers[index].interpolation == .bilinear { settings.teachers[index].interpolation = nil }
    }
    return settings
  }

  /// Gives an encoder the weights of a trained network; returns what was taken, in words.
  static func begin(_ encoder: Encoder, with initial: TrainedNetwork) throws(MVError) -> String {
    switch initial {
    case .checkpoint(let initial):
      let tookProjector = try encoder.begin(with: initial.file.tensors, from: initial.url.path)
      let projector =
        encoder.projectorWidths.isEmpty && tookProjector
        ? "" : tookProjector ? " and its projector" : "; the projector begins anew, that one's has other shapes"
      return "starts with the weights of \(initial.url.path), after \(initial.place.step) steps: its backbone "
        + "(\(initial.settings.encoder.words))\(projector)"
    case .weights(let file):
      try encoder.begin(with: file)
      return "starts with the weights of \(file.url.path): \(NetworkReference(to: file.architecture).words)"
    case .script:
      _ = try initial.settings()
      return ""
    }
  }
}
