public import Foundation
public import MVCore
internal import MVDatasets
public import MVEvaluation
internal import MVFiles
internal import MVNetworks
internal import MVWeights

/// Trains a network, or a classifier over it, on the labels of some images, in a folder of its own.
///
/// The folder holds `last.ckpt`, `best.ckpt` and `losses.csv`. A run depends only on its settings, its network and its
/// data: a kill and a resume change no bit of its checkpoints. Only one thread at a time may use a fine-tuner.
public final class Finetuner {
  /// The settings of the run.
  public let settings: FinetuneSettings
  /// What is learnt from, and how far the run has come.
  public private(set) var state: FinetuneState
  /// The run's folder.
  public let folder: URL
  /// The images.
  public let data: FinetuneData
  /// The number of steps of the whole run.
  public var totalSteps: Int { settings.epochs * state.stepsPerEpoch }
  /// The files of a run that each have one name, beside the lock.
  package static let files = Trainer.files + ["classes.csv"]
  private let learner: FinetuneLearner
  private var lock: RunLock

  /// Prepares a run in `folder`, which is created if needed; with `resuming`, one that is there already goes on.
  ///
  /// Throws where `start` cannot be trained or does not take such images, where settings and data do not go
  /// together, where another process writes into the folder, where it holds a run that is not to be resumed, and
  /// where that run had other settings, labels, classes or another network.
  public init(
    _ settings: FinetuneSettings, from start: TrainedNetwork, data: FinetuneData, folder: URL, resuming: Bool = false
  ) throws(MVError) {
    try settings.check()
    self.settings = settings
    self.folder = folder
    self.data = data
    try Torch.use(settings.device)
    try Torch.setThreads(settings.threads)
    lock = try RunLock(of: folder)
    try AtomicFile.check(Finetuner.files, in: folder)
    let file = Trainer.checkpoint(in: folder)
    var found: Checkpoint?
    if FileManager.default.fileExists(atPath: file.path) {
      guard resuming else { throw Self.isThere(folder) }
      found = try Checkpoint(contentsOf: file)
    }
    let network = try TunedNetwork(start, classes: data.classes, settings)
    try network.backbone.check(ImageSize(height: data.images.shape.height, width: data.images.shape.width))
    learner = try FinetuneLearner(settings, network: network, data: data)
    let fresh = FinetuneState(
      settings: settings.settingValues, network: start.url.standardizedFileURL.path,
      networkFingerprint: try start.fingerprint(), labels: data.labels.words, labelChoice: data.labels,
      listFingerprint: try data.labels.listFingerprint(),
      testSplit: data.test?.name, imagesFingerprint: data.fingerprint, classNames: data.classNames,
      classes: data.classes,
      images: data.count, heldOutImages: data.heldOut.count, stepsPerEpoch: learner.order.stepsPerEpoch)
    state = fresh
    guard let found else {
      try Folder.create(folder)
      guard !lock.isHeld else { return }
      try lock.take()
      guard !FileManager.default.fileExists(atPath: file.path) else { throw Self.isThere(folder) }
      return
    }
    state = try Self.resumed(found, as: fresh)
    guard found.settings.encoder == network.settings.encoder else {
      throw .usage(
        start.url.path,
        "is a \(network.settings.encoder.words); the run in \(folder.path) was begun with a "
          + "\(found.settings.encoder.words)", remedy: "say of it what was said then, by --network KEY=VALUE")
    }
    try learner.load(found, steps: state.step - (state.lossScale?.skipped ?? 0))
    if learner.lossScale != nil, let found = state.lossScale { learner.lossScale = found }
  }

  private static func isThere(_ folder: URL) -> MVError {
    .usage(folder.path, "already holds a run", remedy: "resume it, or give another folder")
  }

  /// The state of a checkpoint; throws where it is of another run than `fresh`.
  private static func resumed(_ found: Checkpoint, as fresh: FinetuneState) throws(MVError) -> FinetuneState {
    let path = found.url.path
    guard let old = found.finetuning else {
      throw .usage(path, "is of a training run, not of fine-tuning", remedy: "give another folder")
    }
    let theirs = try FinetuneSettings(settingValues: old.settings).settingTable
    let own = try FinetuneSettings(settingValues: fresh.settings).settingTable
    for (mine, other) in zip(own, theirs) where !FinetuneSettings.free.contains(mine.name) && mine.value != other.value
    {
      throw .usage(
        "setting \(mine.name)=\(mine.text)", "differs from \(mine.name)=\(other.text) of the run in \(path)",
        remedy: "leave it out, or start another run in another folder")
    }
    guard old.networkFingerprint == fresh.networkFingerprint else {
      throw .usage(path, "was begun from another network, \(old.network)", remedy: "give that network")
    }
    guard old.classes == fresh.classes, old.classNames == fresh.classNames else {
      throw .usage(
        path, "was begun with \(old.classes) classes\(Self.difference(old, fresh))",
        remedy: "resume with its own images")
    }
    guard old.imagesFingerprint == fresh.imagesFingerprint, old.images == fresh.images else {
      throw .usage(
        path,
        "was begun with other images or labels: \(old.images) to learn from, labels \(old.labels); these are "
          + "\(fresh.images), labels \(fresh.labels)", remedy: "resume with its own")
    }
    return old
  }

  /// The first class whose name differs.
  private static func difference(_ old: FinetuneState, _ fresh: FinetuneState) -> String {
    let pair = zip(old.classNames, fresh.classNames).first { $0 != $1 }
    return pair.map { ", \($0) where these images have \($1)" } ?? ", these images have \(fresh.classes)"
  }

  /// The file of the epoch that did best on the held-out images.
  public var bestCheckpoint: URL { Trainer.bestCheckpoint(in: folder) }

  /// Trains to the end, or until `cancellation` asks to stop; `progress` is told of each step, on this thread.
  ///
  /// Throws an error of the kind `interrupted` where it was stopped, after saving the run, an error where the loss is
  /// not finite, and an error where a file cannot be written.
  public func run(
    cancellation: Cancellation = Cancellation(), progress: (FinetuneProgress) -> Void = { _ in }
  ) throws(MVError) {
    try lock.take()
    defer { lock.release() }
    try writeLog()
    guard state.step < totalSteps else { return }
    let producer = learner.batches(of: state.step..<totalSteps)
    defer { producer.stop() }
    while state.step < totalSteps {
      let rates = learner.rates(at: state.step)
      let done = try learner.update(producer.next(), at: state.step)
      state.step += 1
      state.partial.loss += done.loss
      state.partial.hits += done.hits
      state.partial.images += done.images
      let epoch = try finishEpoch(rates)
      progress(
        FinetuneProgress(
          step: state.step, totalSteps: totalSteps, epochs: settings.epochs, stepsPerEpoch: state.stepsPerEpoch,
          loss: done.loss, images: done.images, finishedEpoch: epoch))
      if state.step < totalSteps, cancellation.isCancelled {
        try save(to: Trainer.checkpoint(in: folder))
        throw MVError(.interrupted, folder.path, "was stopped after step \(state.step)", remedy: "resume to go on")
      }
    }
  }

  private func finishEpoch(_ rates: (backbone: Double, head: Double)) throws(MVError) -> FinetuneEpoch? {
    guard state.step % state.stepsPerEpoch == 0 else { return nil }
    let number = state.step / state.stepsPerEpoch
    let held = try learner.scoresHeldOut()
    let epoch = FinetuneEpoch(
      epoch: number, step: state.step, loss: state.partial.loss / Double(state.stepsPerEpoch),
      top1: Double(state.partial.hits) / Double(max(1, state.partial.images)), heldOutLoss: held?.loss,
      heldOutTop1: held?.top1, learningRate: rates.backbone, headRate: rates.head)
    let isBest = state.best.map { epoch.isBetter(than: $0) } ?? true
    state.partial = FinetuneState.Partial()
    state.epochs.append(epoch)
    if isBest { try save(to: bestCheckpoint) }
    if number % settings.checkpointEvery == 0 || state.step == totalSteps {
      try save(to: Trainer.checkpoint(in: folder))
    }
    try writeLog()
    return epoch
  }

  private func writeLog() throws(MVError) {
    try AtomicFile.write(FinetuneLog.text(state.epochs), to: folder.appending(path: "losses.csv"), followsLinks: false)
  }

  private func save(to url: URL) throws(MVError) {
    for item in learner.network.state {
      guard try item.tensor.isFinite() else {
        throw .badData(
          "weights \(item.name)", "are not finite after step \(state.step)", remedy: "lower lr and head_lr, or set clip"
        )
      }
    }
    state.lossScale = learner.lossScale
    var place = learner.network.place
    place.imageShape = data.images.shape
    try Checkpoint.write(
      learner.network.state + learner.optimizerState, settings: learner.network.settings, place: place,
      origin: data.origin, finetuning: state, to: url)
  }

  /// Scores the best epoch on the test split; nil where there is none.
  ///
  /// The network that goes on training is not touched. Throws where the run has no best epoch yet, where an image
  /// cannot be read, and where it is stopped.
  public func score(
    cancellation: Cancellation = Cancellation(), progress: (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ClassificationReport? {
    guard let test = data.test, case .single(let labels) = test.labels else { return nil }
    let best = try Checkpoint(contentsOf: bestCheckpoint)
    let network = try TunedNetwork(.checkpoint(best), classes: data.classes, settings)
    try network.state.load(best.file.tensors, from: bestCheckpoint.path)
    let scorer = try FinetuneLearner(settings, network: network, data: data)
    var (classes, predictions, near): ([Int64], [Int64], Int) = ([], [], 0)
    let start = ContinuousClock.now
    let parts = stride(from: 0, to: test.count, by: 256).map { $0..<min($0 + 256, test.count) }
    let ahead = OrderedProducer(parts.indices, ahead: 2) { [data] (part) throws(MVError) in
      try data.testImages(parts[part], of: test)
    }
    defer { ahead.stop() }
    for rows in parts {
      if cancellation.isCancelled {
        throw MVError(.interrupted, folder.path, "was stopped while test was scored", remedy: "resume to go on")
      }
      let scores = try scorer.scores(of: ahead.next(), count: rows.count).float32().matrix()
      for (place, row) in rows.enumerated() where labels[row] >= 0 {
        let own = Array(scores.values[place * scores.columns..<(place + 1) * scores.columns])
        let ranked = own.indices.sorted { (own[$1], $0) < (own[$0], $1) }.prefix(5)
        classes.append(labels[row])
        predictions.append(Int64(ranked[0]))
        if ranked.contains(Int(labels[row])) { near += 1 }
      }
      progress(
        RunProgress(done: rows.upperBound, total: test.count, seconds: (ContinuousClock.now - start).seconds))
    }
    return try ClassificationReport(
      classes: classes, predictions: predictions, labels: (0..<Int64(data.classes)).map { $0 },
      top5: Double(near) / Double(max(1, classes.count)))
  }
}
