internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVTraining

/// A training run as the user watches it.
enum TrainingRun {
  /// Trains to the end with a bar and a line an epoch; returns the epochs of this run.
  static func run(_ trainer: Trainer, title: String = "train") throws(MVError) -> [EpochRecord] {
    let stepsBefore = trainer.step
    let start = ContinuousClock.now
    let epochsBefore = trainer.records.count
    func page() -> RunPage? {
      guard trainer.isFirst else { return nil }
      return RunPage(
        trainer.records, settings: trainer.settings, folder: trainer.folder, origin: trainer.origin,
        command: Provenance.commandLine)
    }
    try Job(title, unit: "steps").run { (job) throws(MVError) in
      try trainer.run(cancellation: job.cancellation) { progress in
        let run = RunProgress(
          doneBefore: stepsBefore, done: progress.step, total: progress.totalSteps,
          seconds: (ContinuousClock.now - start).seconds)
        let detail = String(
          format: "epoch %d/%d  loss %.4f  %.0f images/s", progress.epoch, progress.epochs, progress.loss.total,
          progress.imagesPerSecond)
        job.show(run, detail: detail)
        if let record = progress.finishedEpoch {
          // A page that cannot be written must not end a run of days; the last one is written again at its end.
          try? page()?.write()
          if !Terminal.isInteractive { Terminal.progress(line(record, of: progress.epochs)) }
        }
      }
    }
    try page()?.write()
    return Array(trainer.records.dropFirst(epochsBefore))
  }

  /// `epoch 3/10  loss 2.31  mse 0.20  ...  310 images/s`.
  static func line(_ record: EpochRecord, of epochs: Int) -> String {
    let terms = zip(record.loss.names, record.loss.values).map { String(format: "%@ %.4f", $0, $1) }
    let line = String(
      format: "epoch %d/%d  loss %.4f  %@  %.0f images/s  %@  network %@, waiting %@", record.epoch, epochs,
      record.loss.total, terms.joined(separator: "  "), record.imagesPerSecond, ProgressBar.duration(record.seconds),
      Percent(record.networkShare).description, Percent(record.waitingShare).description)
    guard let scores = record.validation else { return line }
    return "\(line)  k-NN \(Percent(scores.neighbors))  probe \(Percent(scores.probe))"
  }
}
