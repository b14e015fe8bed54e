internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVFiles
internal import MVImaging
internal import MVNetworks
internal import MVTraining

/// Fine-tuning as the command line asks for it, and as the user watches it.
struct FinetuneRun {
  private let tuner: Finetuner

  /// Opens network and images, and prepares the run; throws before any work where something does not fit.
  init(_ arguments: ParsedArguments) throws(MVError) {
    let request = try FinetuneRequest(arguments)
    let settings = request.settings
    // Before images are read, which may take long.
    try Torch.use(settings.device)
    let start = try TrainedNetwork(
      trainableAt: request.network, WeightsArgument.settings(arguments, option: "network"))
    let source = try request.open(for: start)
    let splits = try EvaluationSplits(
      of: source.splits.map { .init($0.name, $0.labels) }, place: source.contents.location,
      train: request.trainSplit, test: request.testSplit)
    Interruption.watch()
    let data = try FinetuneData(
      of: source, splits: splits, labels: request.labels, heldOut: settings.heldOut, seed: settings.seed)
    for notice in data.notices { Terminal.message("note: \(notice)") }
    tuner = try Finetuner(
      settings, from: start, data: data, folder: request.output, resuming: arguments.has("resume"))
    if data.count < settings.batchSize {
      Terminal.message("note: batches are of \(data.count) images, which is all there are to learn from")
    }
  }

  static func printSettings(_ arguments: ParsedArguments) throws(MVError) {
    let rows = try FinetuneRequest.settings(arguments).settingTable
    if arguments.has("json") {
      try Terminal.printJSON([
        "finetune": rows.map {
          SettingTables.Row(name: $0.name, default: $0.value, accepts: $0.accepts, help: $0.help)
        }
      ])
    } else {
      try Terminal.result(arguments.has("markdown") ? SettingTables.markdown(rows) : SettingTables.plain(rows))
    }
  }

  func run(json: Bool) throws(MVError) {
    let (before, total) = (tuner.state.step, tuner.totalSteps)
    if before == total {
      Terminal.message("note: the run is finished; test is scored again")
    } else if before > 0 {
      Terminal.message("note: resuming after step \(before) of \(total)")
    }
    let start = ContinuousClock.now
    func page(_ test: ClassificationReport? = nil) -> FinetunePage? {
      FinetunePage(
        tuner.state, settings: tuner.settings, folder: tuner.folder, test: test, command: Provenance.commandLine)
    }
    try Job("finetune", unit: "steps").run { (job) throws(MVError) in
      try tuner.run(cancellation: job.cancellation) { progress in
        let seconds = (ContinuousClock.now - start).seconds
        job.show(
          RunProgress(doneBefore: before, done: progress.step, total: progress.totalSteps, seconds: seconds),
          detail: String(format: "epoch %d/%d  loss %.4f", progress.epoch, progress.epochs, progress.loss))
        guard let epoch = progress.finishedEpoch else { return }
        // A page that cannot be written must not end the run; the last one is written again at its end.
        try? page()?.write()
        if !Terminal.isInteractive { Terminal.progress(Self.line(epoch, of: progress.epochs)) }
      }
    }
    let test = try Job("test", unit: "images").run { (job) throws(MVError) in
      try tuner.score(cancellation: job.cancellation, progress: job.progress)
    }
    try page(test)?.write()
    if let test {
      try AtomicFile.write(
        test.csv(names: tuner.state.classNames), to: tuner.folder.appending(path: "classes.csv"), followsLinks: false)
    }
    if json {
      try Terminal.printJSON(FinetuneResult(tuner, test))
    } else {
      try Terminal.result(summary(test))
    }
  }

  private static func line(_ epoch: FinetuneEpoch, of epochs: Int) -> String {
    let held = epoch.heldOutTop1.map { "  held out \(Percent($0))" } ?? ""
    return String(format: "epoch %d/%d  loss %.4f", epoch.epoch, epochs, epoch.loss)
      + "  train \(Percent(epoch.top1))\(held)"
  }

  private func summary(_ test: ClassificationReport?) -> String {
    var lines: [String] = []
    if let best = tuner.state.best {
      let held = best.heldOutTop1.map { ": held-out top-1 \(Percent($0)) of \(tuner.state.heldOutImages) images" } ?? ""
      lines.append("best epoch \(best.epoch) of \(tuner.settings.epochs)\(held)")
    }
    if let test {
      let interval = test.interval()
      lines.append(
        "test top-1 \(Percent(test.top1))  top-5 \(test.top5.map { Percent($0).description } ?? "-")  "
          + "balanced \(Percent(test.balancedAccuracy))  "
          + "95 % interval \(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))")
    }
    return (lines + ["\(tuner.bestCheckpoint.path); curves and classes in report.html"]).joined(separator: "\n")
  }
}

/// What `mvmr finetune --json` prints.
private struct FinetuneResult: Encodable {
  struct Test: Encodable {
    struct Class: Encodable {
      let `class`: String
      let label: Int64
      let rows: Int
      let accuracy: Double?
    }
    let top1: Double
    let top5: Double?
    let balanced_accuracy: Double
    let interval: [Double]
    let rows: Int
    let per_class: [Class]
  }
  struct Epoch: Encodable {
    let epoch: Int
    let loss: Double
    let top1: Double
    let held_out_loss: Double?
    let held_out_top1: Double?
    let learning_rate: Double
    let head_rate: Double
  }
  let checkpoint: String
  let images: Int
  let held_out_images: Int
  let labels: String
  let best_epoch: Int
  let epochs: [Epoch]
  let test: Test?

  init(_ tuner: Finetuner, _ report: ClassificationReport?) {
    let state = tuner.state
    checkpoint = tuner.bestCheckpoint.path
    images = state.images
    held_out_images = state.heldOutImages
    labels = state.labels
    best_epoch = state.best?.epoch ?? 0
    epochs = state.epochs.map {
      Epoch(
        epoch: $0.epoch, loss: $0.loss, top1: $0.top1, held_out_loss: $0.heldOutLoss, held_out_top1: $0.heldOutTop1,
        learning_rate: $0.learningRate, head_rate: $0.headRate)
    }
    test = report.map { report in
      let interval = report.interval()
      return Test(
        top1: report.top1, top5: report.top5, balanced_accuracy: report.balancedAccuracy,
        interval: [interval.lowerBound, interval.upperBound], rows: report.classes.count,
        per_class: report.labels.enumerated().map { place, label in
          .init(
            class: label < state.classNames.count ? state.classNames[Int(label)] : "\(label)", label: label,
            rows: report.counts[place], accuracy: report.classAccuracies[place])
        })
    }
  }
}
