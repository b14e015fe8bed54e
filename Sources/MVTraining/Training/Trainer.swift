public import Foundation
public import MVCore
internal import MVFiles
public import MVImaging
public import MVNetworks
internal import MVWeights

/// Trains an encoder without labels, in a folder of its own.
///
/// The folder holds `last.ckpt`, `best.ckpt`, `losses.csv` and TensorBoard's events. A run depends only on its settings
/// and its data: neither the number of workers nor a kill and a resume change a bit of its checkpoints. Only one thread
/// at a time may use a trainer, and only one trainer a folder: from its creation to the end of its run it keeps others
/// out, those of other processes too.
public final class Trainer {
  /// The settings of the run.
  public let settings: TrainingSettings
  /// The run's folder.
  public let folder: URL
  /// The encoder in training.
  package var encoder: Encoder { learner.encoder }
  /// The number of steps of the whole run.
  public let totalSteps: Int
  /// The number of steps done; not 0 after a resume.
  public private(set) var step: Int
  /// The epochs of the run so far, those before a resume included.
  public var records: [EpochRecord] { log.records }
  /// What is worth telling of how the run begins, one line each; empty mostly.
  public let notices: [String]
  /// What the run is trained on; nil where the images were given in memory.
  public let origin: TrainingOrigin?
  /// The statistics that images are normalized by.
  public var statistics: ImageStatistics { learner.statistics }

  /// The path of the last checkpoint of a run in `folder`.
  public static func checkpoint(in folder: URL) -> URL { folder.appending(path: "last.ckpt") }

  /// The path of the checkpoint, of a run in `folder`, whose embeddings scored best in a linear probe.
  public static func bestCheckpoint(in folder: URL) -> URL { folder.appending(path: "best.ckpt") }

  /// The files of a run that each have one name, beside TensorBoard's events and the lock.
  package static let files = ["last.ckpt", "best.ckpt", "losses.csv", "report.html"]

  /// The processes that train together; nil for this one alone.
  public let group: ProcessGroup?
  /// Whether this process logs, saves and evaluates: the only one, or rank 0.
  public var isFirst: Bool { group?.ranks.isFirst ?? true }

  let learner: Learner
  private let schedule: LearningRateSchedule
  /// The sums of the epoch that is under way; nil at its beginning.
  private(set) var partialLoss: LossTerms?
  private let validation: OnlineValidation?
  /// The best top-1 accuracy of a linear probe so far, 0...1, of which `best.ckpt` is; nil where none was fitted.
  public private(set) var bestScore: Double?
  private var log: EpochLog
  private let events: EventFile
  /// Rank 0's; the other ranks write nothing.
  var lock: RunLock?

  /// Prepares a run in `folder`, which is created if needed.
  ///
  /// With `resuming`, a run that is already there is continued, also for more epochs than it was begun with: the
  /// learning rate is then that of a run of the new length. A new run starts with the weights of `initial`: those
  /// of the backbone, and of a checkpoint's projector where its shapes agree. Throws where settings, data and
  /// representations do not fit, where the folder holds a run that is not to be resumed, where that run had other
  /// settings or data, where another process writes into the folder or a link stands in the place of one of its files,
  /// and where `initial` is of another backbone.
  ///
  /// The ranks of `group` make trainers of the same settings, data and folder at the same time. Each takes its part of
  /// every batch; rank 0 alone writes into the folder, which all of them must see to go on with a run.
  public init(
    _ settings: TrainingSettings, data: TrainingData, folder: URL, resuming: Bool = false,
    initial: TrainedNetwork? = nil, group: ProcessGroup? = nil
  ) throws(MVError) {
    self.group = group
    let isFirst = group?.ranks.isFirst ?? true
    var lock = isFirst ? try RunLock(of: folder) : nil
    if isFirst { try AtomicFile.check(Trainer.files, in: folder) }
    let found = try Trainer.found(in: folder, resuming: resuming)
    var settings = settings
    // What the run did when nobody could say otherwise.
    if let found, !found.saysViewOrigin { settings.viewsFrom = found.settings.viewsFrom }
    // Before they are run.
    if let found { try Trainer.matchPrograms(found, settings) }
    learner = try Learner(settings, data: data, group: group)
    schedule = try settings.schedule(stepsPerEpoch: learner.order.stepsPerEpoch)
    totalSteps = settings.epochs * learner.order.stepsPerEpoch
    validation = settings.validateEvery > 0 ? OnlineValidation(of: learner.data, seed: UInt64(settings.seed)) : nil
    self.settings = settings
    self.folder = folder

    // First of all, so that another run's settings are named before what follows from them.
    if let found { try Trainer.match(found, settings, learner.place(after: found.place.step)) }
    origin = found?.origin.flatMap { old in data.origin.map { $0.isSame(as: old) ? old : $0 } ?? old } ?? data.origin
    var notices: [String] = []
    if let found {
      if let notice = try Trainer.noticeOfLength(found, settings, schedule) { notices.append(notice) }
    } else {
      notices += learner.data.teachers.flatMap(\.notices)
      if let initial {
        notices.append(try Trainer.begin(learner.encoder, with: initial))
        try learner.restartAverages()
      }
    }
    self.notices = notices
    if isFirst { try Folder.create(folder) }
    if lock?.isHeld == false {
      try lock?.take()
      _ = try Trainer.found(in: folder, resuming: false)
    }
    self.lock = lock
    step = found?.place.step ?? 0
    let terms = settings.terms(of: learner.data.targets.map(\.name))
    // Under the names of version 0.1 the sign cannot be told.
    partialLoss = found?.place.partialLoss.flatMap {
      $0.values.count == terms.count ? LossTerms(terms: terms, values: $0.values, total: $0.total) : nil
    }
    bestScore = found?.place.bestScore
    events = EventFile(in: folder)
    log = try EpochLog(
      at: folder.appending(path: "losses.csv"), terms: terms,
      keepingEpochs: step / learner.order.stepsPerEpoch)
    if let found {
      let path = found.url.path
      if let averaged = learner.averaged {
        try averaged.load(found.file.tensors, from: path)
        try encoder.state.prefixed(Checkpoint.trainingPrefix).load(found.file.tensors, from: path)
      } else {
        try encoder.load(found.file.tensors, from: path)
      }
      try learner.optimizer.load(
        found.file.tensors, steps: found.place.step - (found.place.lossScale?.skipped ?? 0), from: path)
      try learner.onlineHead?.load(found.file.tensors, steps: found.place.onlineHeadSteps ?? 0, from: path)
      if learner.lossScale != nil, let scale = found.place.lossScale { learner.lossScale = scale }
    }
    do throws(MVError) { try learner.begin(step: step) } catch { throw group?.explained(error) ?? error }
  }

  /// Trains to the end, or until `cancellation` asks to stop; `progress` is told of each step, on this thread.
  ///
  /// Throws an error of the kind `interrupted` where it was stopped, after saving the run; an error that names the term
  /// where the loss is not finite: the last checkpoint then stays the last good one; and an error where a file cannot
  /// be written.
  public func run(
    cancellation: Cancellation = Cancellation(), progress: (TrainingProgress) -> Void = { _ in }
  ) throws(MVError) {
    do throws(MVError) { try train(cancellation, progress) } catch { throw group?.explained(error) ?? error }
  }

  private func train(
    _ cancellation: Cancellation, _ progress: (TrainingProgress) -> Void
  ) throws(MVError) {
    try lock?.take()
    defer { lock?.release() }
    guard step < totalSteps else { return }
    let producer = learner.batches(of: step..<totalSteps)
    defer { producer.stop() }
    var clock = StepClock(
      stepsBefore: step, totalSteps: totalSteps, batchSize: settings.batchSize * settings.accumulate)
    while step < totalSteps {
      let rate = schedule.rate(at: step)
      let terms: LossTerms
      do throws(MVError) { terms = try learner.update(learningRate: rate, from: producer, clock: &clock) } catch {
        throw learner.explained(error)
      }
      if let name = terms.firstNotFinite {
        throw .badData(
          "loss term \(name)", "is not finite at epoch \(step / order.stepsPerEpoch + 1), step \(step + 1)",
          remedy: "lower lr or set clip; \(lastGoodState)")
      }
      if partialLoss == nil { partialLoss = terms } else { partialLoss?.add(terms) }
      step += 1
      clock.stepped()
      if isFirst, settings.logEvery > 0, step % settings.logEvery == 0 {
        try events.append(
          terms, step: step, learningRate: rate, imagesPerSecond: clock.imagesPerSecondSinceLog())
      }
      let record = try finishEpoch(clock: &clock, learningRate: rate)
      progress(described(terms, rate, clock, record))
      // All ranks stop at the same step, whichever was asked to.
      if step < totalSteps, try group?.anyone(cancellation.isCancelled) ?? cancellation.isCancelled {
        try save()
        try group?.meet()
        throw MVError(.interrupted, folder.path, "was stopped after step \(step)", remedy: "resume to go on")
      }
    }
    // Nobody ends before rank 0 has saved: what starts ranks may take the end of one for that of all.
    try group?.meet()
  }

  /// The encoder as it stands, in use, or the moving average of it; it changes with further steps.
  ///
  /// Throws where it has no such output.
  public func embedder(_ output: NetworkOutput = .features) throws(MVError) -> Embedder {
    try Embedder(learner.evaluated, settings: settings, statistics: statistics, output: output)
  }

  private var order: EpochOrder { learner.order }
  /// What is trained on.
  public var data: TrainingData { learner.data }

  private func finishEpoch(clock: inout StepClock, learningRate: Double) throws(MVError) -> EpochRecord? {
    guard step % order.stepsPerEpoch == 0, let sums = partialLoss else { return nil }
    let epoch = step / order.stepsPerEpoch
    let time = clock.endEpoch()
    let isLast = step == totalSteps
    var scores: ValidationScores?
    if isFirst, let validation, isLast || epoch % settings.validateEvery == 0 {
      scores = try validation.scores(of: embedder(), on: data)
      clock.restartEpoch()
    }
    let record = EpochRecord(
      epoch: epoch, step: step, loss: sums.divided(by: Double(order.stepsPerEpoch)), learningRate: learningRate,
      imagesPerSecond: time.imagesPerSecond, waitingShare: time.waitingShare,
      networkShare: time.networkShare, seconds: time.seconds, validation: scores)
    partialLoss = nil
    guard isFirst else { return record }
    // Logged before the checkpoint is written: a resumed run drops lines of epochs it repeats, but cannot restore
    // missing ones.
    try log.append(record)
    try events.append(record)
    if let score = scores?.probe, score > bestScore ?? -1 {
      bestScore = score
      try save(to: Trainer.bestCheckpoint(in: folder))
    }
    if epoch % settings.checkpointEvery == 0 || isLast { try save() }
    return record
  }

  private func described(
    _ terms: LossTerms, _ rate: Double, _ clock: StepClock, _ record: EpochRecord?
  ) -> TrainingProgress {
    TrainingProgress(
      step: step, totalSteps: totalSteps, epoch: (step - 1) / order.stepsPerEpoch + 1, epochs: settings.epochs,
      stepInEpoch: (step - 1) % order.stepsPerEpoch + 1, stepsPerEpoch: order.stepsPerEpoch, loss: terms,
      learningRate: rate, imagesPerSecond: clock.imagesPerSecond, secondsLeft: clock.secondsLeft,
      waitingShare: clock.waitingShare, networkSeconds: clock.networkSeconds, finishedEpoch: record)
  }
}
