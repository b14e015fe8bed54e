internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVFiles
internal import MVImaging
internal import MVTraining

/// Fine-tuning as the command line asks for it, and as the user watches it.
struct FinetuneRun {
  private let tuner: Finetuner

  /// Opens network and images, and prepares the run; throws before any work where something does not fit.
  init(_ arguments: ParsedArguments) throws(MVError) {
    let settings = try Self.settings(arguments)
    guard let output = arguments["output"] else {
      throw .usage("--output", "is missing", remedy: "name the folder of the run")
    }
    guard let text = arguments["NETWORK"] else {
      throw .usage("NETWORK", "is missing", remedy: "give a run, a checkpoint, or a file of weights")
    }
    guard let place = arguments["SOURCE"] else {
      throw .usage("SOURCE", "is missing", remedy: "name the labelled images")
    }
    let (subset, words) = try Self.labels(arguments)
    let start = try TrainedNetwork(at: text)
    let source = try Self.images(place, arguments, for: start)
    let splits = try EvaluationSplits(
      of: source.splits.map { .init($0.name, $0.labels) }, place: source.contents.location,
      train: arguments["train-split"], test: arguments["test-split"])
    Interruption.watch()
    let data = try FinetuneData(
      of: source, splits: splits, labels: subset, described: words, heldOut: settings.heldOut, seed: settings.seed)
    for notice in data.notices { Terminal.message("note: \(notice)") }
    tuner = try Finetuner(
      settings, from: start, data: data, folder: URL(filePath: output), resuming: arguments.has("resume"))
    if data.count < settings.batchSize {
      Terminal.message("note: batches are of \(data.count) images, which is all there are to learn from")
    }
  }

  /// The images, framed as the network wants them; throws where it cannot be trained, or they cannot be opened.
  private static func images(
    _ place: String, _ arguments: ParsedArguments, for start: TrainedNetwork
  ) throws(MVError) -> any ImageSource {
    switch start {
    case .checkpoint(let checkpoint):
      return try RememberedSource.open(
        place, arguments, for: try Embedder(checkpoint: checkpoint.url), from: checkpoint.url)
    case .weights(let file):
      var request = try SourceArguments.request(place, arguments)
      request.framing = try EmbeddingNetwork.preprocessing(of: file, request, arguments).framing
      return try SourceArguments.open(request)
    case .script:
      _ = try start.settings()
      return try SourceArguments.open(place, arguments)
    }
  }

  static func settings(_ arguments: ParsedArguments) throws(MVError) -> FinetuneSettings {
    var settings = FinetuneSettings()
    if let name = arguments["protocol"], let published = SGDProtocol.all.first(where: { $0.name == name }) {
      settings = try FinetuneSettings(published)
    }
    if arguments.has("head-only") { settings.headOnly = true }
    for text in arguments.all("set") {
      try settings.set(assigning: text, of: "--set", remedy: "see mvmr finetune --settings")
    }
    return settings
  }

  static func printSettings(_ arguments: ParsedArguments) throws(MVError) {
    let rows = try settings(arguments).settingTable
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

  /// Which labels are kept, as a value and in words; nil for all.
  private static func labels(_ arguments: ParsedArguments) throws(MVError) -> (LabelSubset?, String) {
    let seed = try arguments.int("label-seed", in: 0...Int.max)
    let kind = try arguments.choice("label-list-kind", as: LabelSubset.ListKind.self)
    let text = arguments["labels"] ?? "all"
    let isShare = text.hasSuffix("%")
    if kind != nil, isShare || text == "all" {
      throw .usage("--label-list-kind", "is for a list", remedy: "give the list by --labels, or leave it out")
    }
    if seed != nil, !isShare { throw .usage("--label-seed", "is for a share", remedy: "leave it out") }
    if text == "all" { return (nil, text) }
    if isShare {
      guard let percent = Double(text.dropLast()), percent > 0, percent <= 100 else {
        throw .usage("--labels \(text)", "is not above 0 % and at most 100 %", remedy: "give a share such as 1%")
      }
      return (.fraction(percent / 100, seed: UInt64(seed ?? 0)), seed.map { "\(text), seed \($0)" } ?? text)
    }
    let url = URL(filePath: text)
    if !FileManager.default.fileExists(atPath: text), Double(text) != nil {
      throw .usage("--labels \(text)", "is no share and no file", remedy: "a share ends with %, such as 1%")
    }
    let lines = try WholeFile.lines(
      of: url, remedy: "give all, a share such as 1%, or a file of row numbers, ids or names of files, one a line")
    return (.listed(lines.filter { !$0.isEmpty }, as: kind), "of \(url.lastPathComponent)")
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
      try SharedProcessors.during(threads: tuner.settings.threads, on: tuner.settings.device) { () throws(MVError) in
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
    }
    let test = try Job("test", unit: "images").run { (job) throws(MVError) in
      try tuner.score(cancellation: job.cancellation, progress: job.progress)
    }
    try page(test)?.write()
    if let test {
      try AtomicFile.write(test.csv(names: tuner.state.classNames), to: tuner.folder.appending(path: "classes.csv"))
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
