internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVExtraction
internal import MVFiles
internal import MVPages
internal import MVReports
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr evaluate`: a trained encoder scored in one go.
  static let evaluate = Command(
    TrainingProgram.Entry.evaluate,
    discussion: "Example:\n  mvmr evaluate run cifar10:DIR --output evaluation",
    arguments: [
      .positional("CHECKPOINT", "a checkpoint, or the folder of a run"),
      .positional(
        "SOURCE", "KIND:WHERE, see `mvmr datasets`; left out: the images that the network was trained on",
        required: false),
      .option(
        "output", "DIR", "the folder to write embedding.h5 and report.html into", required: true, output: .folder),
      .option("split", "NAME", "only this split; A+B joins two into one", repeated: true),
      .flag("overwrite", "embed anew, in place of the embedding.h5 that is there"),
      .option("train-split", "NAME", "the split to learn from", default: "train"),
      .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
      .flag("head", "score the classifier that the checkpoint holds, too: of fine-tuning, or trained along"),
      ProtocolScores.option,
      .flag("skip-bad-images", "leave out images that cannot be read, and list them"),
      .flag("json", "print one JSON object"),
    ] + CropArguments.options + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let checkpoint = CheckpointArgument.url(try arguments.required("CHECKPOINT"))
    let embedder = try Embedder(checkpoint: checkpoint)
    let source = try RememberedSource.open(arguments["SOURCE"], arguments, for: embedder, from: checkpoint)
    let saved = arguments.has("head") ? try SavedHead(of: try Checkpoint(contentsOf: checkpoint)) : nil
    let protocolSettings = try ProtocolScores.settings(arguments)
    let embedded = arguments.has("split") ? arguments.all("split") : nil
    // Chosen before the work: labels are known before images are embedded.
    let splits = try EvaluationSplits(
      of: source.splits.filter { embedded?.contains($0.name) ?? true }.map { .init($0.name, $0.labels) },
      place: source.contents.location, train: arguments["train-split"], test: arguments["test-split"])
    for notice in splits.notices { Terminal.message("note: \(notice)") }
    let folder = URL(filePath: try arguments.required("output"))
    let target = try ReportFolder(folder, kind: "evaluate")
    try Folder.create(folder)
    var embedding = EmbeddingJob(of: source, to: folder.appending(path: "embedding.h5"))
    embedding.splits = embedded
    embedding.crops = try CropArguments.crops(arguments, of: source, embedded: embedded)
    embedding.software = Provenance.software
    embedding.overwrite = arguments.has("overwrite")
    embedding.skipsBadImages = arguments.has("skip-bad-images")
    let fill = try Job("embed", unit: "images").run { [embedding] (job) throws(MVError) in
      try embedder.write(
        embedding, checkpoint: try CheckpointArgument.fingerprint(checkpoint), cancellation: job.cancellation,
        progress: job.progress)
    }
    for notice in fill.notices { Terminal.message("note: \(notice)") }
    for image in fill.skipped { Terminal.message("left out: \(image.id): \(image.reason)") }
    let file = try FeatureFile(reading: embedding.output)
    let pair = try EvaluationPair(file, representations: ["embedding"], splits: splits)
    for notice in pair.notices(heldOut: true, names: file.classNames) { Terminal.message("note: \(notice)") }
    let scores = try Scores("embedding", of: pair, cancellation: Interruption.cancellation)
    var report = EvaluationPage(
      title: "Embeddings of \(source.contents.name)", kind: target.kind, file: file, representations: ["embedding"],
      pair: scores.pair, heldOut: true, origin: try origin(of: checkpoint), settings: settings(scores.measures),
      command: Provenance.commandLine, software: Provenance.versions)
    try report.add(scores.measures.neighbors)
    try report.add(scores.measures.probe, scores.measures.predictions)
    let head = try protocolSettings.map { (settings) throws(MVError) in
      try ProtocolScores(settings, of: pair, in: file)
    }
    if let head { try report.add(head.fitted, head.scores) }
    let savedScores = try saved.map { (head) throws(MVError) in
      try head.probe.score(try pair.heldOut().test, cancellation: Interruption.cancellation)
    }
    try Job("map", unit: "steps").run { (job) throws(MVError) in
      try report.addMap(cancellation: job.cancellation, progress: job.progress)
    }
    try report.addGallery(try RowImages(source, matching: file, splits: pair.splitNames))
    try target.write(report.page)
    if arguments.has("json") {
      let record = record(splits, scores.measures, file: embedding.output)
      try Terminal.result(
        String(
          decoding: try record.adding(to: try CanonicalJSON.data(EvaluateJSON(scores, head, saved?.name, savedScores))),
          as: UTF8.self))
    } else {
      try Terminal.result(
        "k-NN (20) \(Percent(scores.measures.neighborTop1))  linear probe \(Percent(scores.measures.probeTop1))"
          + (head.map { "  \($0.line())" } ?? "")
          + (savedScores.map { "  \(saved?.name ?? "head") \(Percent($0.top1))" } ?? "") + "\n"
          + "report: \(target.page.path)")
    }
  }

  /// What the encoder is: its run, how far it had come, and how it was trained.
  private static func origin(of url: URL) throws(MVError) -> [FactList.Fact] {
    let checkpoint = try Checkpoint(contentsOf: url)
    let (place, settings) = (checkpoint.place, checkpoint.settings)
    let defaults = Dictionary(uniqueKeysWithValues: TrainingSettings().settingTable.map { ($0.name, $0.text) })
    let changed = settings.settingTable.filter { defaults[$0.name] != $0.text }.map { "\($0.name)=\($0.text)" }
    let folder = url.standardizedFileURL.deletingLastPathComponent().lastPathComponent
    return [
      .init(
        "run",
        ["\(folder), \(url.lastPathComponent)", "epoch \(place.epoch) of \(settings.epochs), step \(place.step)"]),
      .init("encoder", ["\(settings.encoder.rawValue)\(settings.depth > 0 ? ", depth \(settings.depth)" : "")"]),
      .init(
        "trained on",
        [
          "\(place.images) images of \(place.imageShape)",
          place.representations.isEmpty ? "" : "to depend on \(place.representations.joined(separator: ", "))",
        ].filter { !$0.isEmpty }),
      .init("its settings", [changed.isEmpty ? "the defaults" : changed.joined(separator: ", ")]),
    ]
  }

  private static func settings(_ measures: StandardScores) -> String {
    "k=\(measures.neighbors.results[0].k), metric=\(measures.neighbors.metric.rawValue), "
      + "lambda=\(Float(measures.probe.lambda))"
  }

  private static func record(
    _ splits: EvaluationSplits, _ measures: StandardScores, file: URL
  ) -> EvaluationRecord {
    EvaluationRecord(
      files: [file.relativePath], representations: ["embedding"], trainSplit: splits.train,
      testSplit: splits.test ?? splits.train, division: splits.test == nil ? "every fifth row held out" : "test split",
      settings: [
        "k": .int(measures.neighbors.results[0].k), "metric": .string(measures.neighbors.metric.rawValue),
        "lambda": .list(measures.probe.candidates.map { .double($0.lambda) }),
      ], seed: measures.probe.seed, version: Version.text)
  }
}

/// What `mvmr evaluate --json` prints, without its record.
private struct EvaluateJSON: Encodable {
  let knn: Double
  let knn_interval: [Double]
  let probe: Double
  let probe_interval: [Double]
  let test_rows: Int
  let head: String?
  let head_top1: Double?
  let head_interval: [Double]?
  let `protocol`: String?
  let protocol_top1: Double?
  let protocol_interval: [Double]?
  let protocol_crops: Int?

  init(
    _ scores: Scores, _ head: ProtocolScores?, _ savedName: String?, _ saved: ProbeScores?
  ) throws(MVError) {
    func ends(_ range: ClosedRange<Double>) -> [Double] { [range.lowerBound, range.upperBound] }
    knn = scores.measures.neighborTop1
    knn_interval = ends(scores.neighborReport.interval())
    probe = scores.measures.probeTop1
    probe_interval = ends(scores.report.interval())
    test_rows = scores.measures.predictions.testRows.count
    self.head = savedName
    head_top1 = saved?.top1
    head_interval = try saved.map { (saved) throws(MVError) in ends(try saved.report().interval()) }
    `protocol` = head?.fitted.settings.name
    protocol_top1 = head?.scores.top1
    protocol_interval = try head.map { (head) throws(MVError) in ends(try head.scores.report().interval()) }
    protocol_crops = head?.crops
  }
}
