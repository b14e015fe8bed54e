internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVNetworks
internal import MVPages
internal import MVTraining

/// The searches of `mvmr train --find-lr` and `--find-batch`.
enum Finders {
  /// Runs the one that was asked for, and prints what it found.
  static func run(_ request: TrainRequest, _ arguments: ParsedArguments) throws(MVError) {
    guard !(arguments.has("find-lr") && arguments.has("find-batch")) else {
      throw .usage("--find-lr", "does not go with --find-batch", remedy: "find the batch first, then the rate at it")
    }
    for option in ["resume", "init"] where arguments.has(option) {
      throw .usage("--\(option)", "does not go with a search, which draws its own weights", remedy: "leave it out")
    }
    let settings = request.configuration.settings
    try Torch.use(settings.device, deterministic: settings.isDeterministic)
    let data = try request.data()
    Interruption.watch()
    if arguments.has("find-lr") {
      try learningRate(settings, data, page: request.configuration.output, json: arguments.has("json"))
    } else {
      try batchSize(settings, data, json: arguments.has("json"))
    }
  }

  private static func learningRate(
    _ settings: TrainingSettings, _ data: TrainingData, page: String?, json: Bool
  ) throws(MVError) {
    if let page { try AtomicFile.check(["find-lr.html"], in: URL(filePath: page)) }
    let finder = LearningRateFinder()
    let start = ContinuousClock.now
    var done = 0
    let found = try Job("find lr", unit: "steps").run { (job) throws(MVError) in
      try finder.search(settings, data: data, cancellation: job.cancellation) { point in
        done += 1
        job.show(
          RunProgress(done: done, total: finder.steps, seconds: (ContinuousClock.now - start).seconds),
          detail: String(format: "lr %.1e  loss %.4f", point.rate, point.loss))
      }
    }
    let doubt = doubt(found, settings)
    if let doubt { Terminal.note(doubt) }
    if let page { try write(found, doubt, to: URL(filePath: page)) }
    if json {
      try Terminal.printJSON(found)
    } else if let rate = found.suggestion {
      try Terminal.result(
        String(format: "lr %.2g: there the loss fell most steeply; train with --set lr=%.2g", rate, rate))
    } else {
      try Terminal.result("no suggestion: the loss fell nowhere between \(finder.lowest) and \(finder.highest)")
    }
  }

  /// What is said of a suggestion that another seed would not give; nil where it may be relied on.
  ///
  /// In batches of 4 and 8 images the suggestions of three seeds were a factor of 14 and of 3000 apart, in batches of
  /// 64 of 4, though most losses fell there by more than chance.
  private static func doubt(_ found: LearningRateFinder.Result, _ settings: TrainingSettings) -> String? {
    guard found.suggestion != nil, found.isWithinNoise || settings.batchSize < 16 else { return nil }
    return
      found.isWithinNoise
      ? "in batches of \(settings.batchSize) images the loss changes as much by chance as it falls at the suggested rate, "
        + "which says little: search with a larger batch_size"
      : "in batches of \(settings.batchSize) images another seed suggests a rate ten times as large or small: search with "
        + "a larger batch_size, 16 or more"
  }

  private static func write(
    _ found: LearningRateFinder.Result, _ doubt: String?, to folder: URL
  ) throws(MVError) {
    try Folder.create(folder)
    var page = Page(title: "Learning-rate search", kind: "find-lr")
    let rates = found.points.map(\.rate)
    page.paragraph(
      found.suggestion.map { String(format: "Suggestion: %.2g, where the smoothed loss falls most steeply.", $0) }
        ?? "No suggestion: the loss fell nowhere.")
    if let doubt { page.paragraph("Note: \(doubt).") }
    page.chart(
      LineChart(
        [
          .init("loss", x: rates, y: found.points.map(\.loss)),
          .init("smoothed", x: rates, y: found.points.map(\.smoothed)),
        ], xTitle: "learning rate", yTitle: "loss", caption: "The loss as the rate grows from step to step.",
        logarithmicX: true))
    page.code(Provenance.commandLine)
    let file = folder.appending(path: "find-lr.html")
    try page.write(to: file, followsLinks: false)
    Terminal.note("the curve is in \(file.path)")
  }

  private static func batchSize(_ settings: TrainingSettings, _ data: TrainingData, json: Bool) throws(MVError) {
    var finder = BatchSizeFinder()
    finder.smallest = max(2, min(finder.smallest, data.count / settings.accumulate))
    let found = try finder.search(settings, data: data, cancellation: Interruption.cancellation) {
      Terminal.progress(line($0))
    }
    guard !json else {
      try Terminal.printJSON(FoundBatchSize(points: found.points, end: found.end, suggestion: found.suggestion))
      return
    }
    let reason =
      switch found.end {
      case .memory: "the next size would take more memory than there is"
      case .data: "the next size is larger than the data"
      case .limit: "no larger one was tried"
      }
    let fastest = found.points.max { $0.imagesPerSecond < $1.imagesPerSecond }?.batchSize ?? 0
    try Terminal.result("batch_size \(found.suggestion): \(reason); fastest was \(fastest)")
  }

  private static func line(_ point: BatchSizeFinder.Point) -> String {
    String(
      format: "batch %d: %.0f images/s, %.2f GiB", point.batchSize, point.imagesPerSecond,
      Double(point.bytes) / Double(1 << 30))
  }
}

/// What `mvmr train --find-batch --json` prints.
private struct FoundBatchSize: Encodable {
  let points: [BatchSizeFinder.Point]
  let end: BatchSizeFinder.End
  let suggestion: Int
}
