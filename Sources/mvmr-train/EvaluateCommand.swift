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
    discussion: """
      NETWORK is a run, or a file of weights that any of the field's programs wrote (mvmr networks FILE says what it is).
      Only the splits that are needed are embedded. A source with several classes an image (VOC 2007) is scored by mean
      average precision.

      Examples:
        mvmr evaluate run cifar10:DIR --output evaluation
        mvmr evaluate dinov2_vits14_pretrain.pth folder:photos --output dinov2
        mvmr evaluate ViT-B-32.pt voc07:VOC2007 --layer projection --output clip
        mvmr evaluate resnet56.pth cifar10:DIR --k 200 --views flip --output resnet56
      """,
    arguments: [
      .positional(
        "NETWORK", "a run, a checkpoint, a file or folder of weights, or TorchScript, which is a program (.pt, .pts)",
        takes: .file),
      .positional(
        "SOURCE", "KIND:WHERE, see `mvmr datasets`; left out: the images that the network was trained on",
        required: false, takes: .source),
      .option(
        "output", "DIR", "the folder to write embedding.h5 and report.html into", required: true, output: .folder),
      .option("split", "NAME", "only this split; A+B joins two into one", repeated: true),
      .flag("overwrite", "embed anew, in place of the embedding.h5 that is there"),
      .option("train-split", "NAME", "the split to learn from", default: "train"),
      .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
      .option("k", "K", "neighbors that vote", default: "20, or as many as there are"),
      .choice("metric", of: NearestNeighbors.Metric.self, "how close two rows are", default: .cosine),
      .option(
        "lambda", "L[,L...]", "penalties of the probe to choose from", default: "13 from 1e-6 to 1", repeated: true),
      .flag("head", "score the classifier that the checkpoint holds, too: of fine-tuning, or trained along"),
      ProtocolScores.option,
      .option("folds", "F", "cross-validate: score every row of the split to learn from once, by the other folds"),
      .flag("skip-bad-images", "leave out images that cannot be read, and list them"),
      .flag("json", "print one JSON object"),
    ] + EmbeddingNetwork.options + CropArguments.options + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let network = try EmbeddingNetwork(try arguments.required("NETWORK"), arguments)
    let source = network.source
    let measure = try StandardScores.Settings(arguments)
    let saved = arguments.has("head") ? try SavedHead(of: try network.checkpoint()) : nil
    let protocolSettings = try ProtocolScores.settings(arguments)
    let embedded = arguments.has("split") ? arguments.all("split") : nil
    // Chosen before the work: labels are known before images are embedded.
    let splits = try EvaluationSplits(
      of: source, among: embedded, train: arguments["train-split"], test: arguments["test-split"])
    if case .multi = try source.split(splits.train).labels { try MultiLabelEvaluation.check(arguments, splits) }
    let foldCount = try arguments.int("folds", in: 2...10_000)
    splits.notices.forEach(Terminal.note)
    let folder = URL(filePath: try arguments.required("output"))
    try ImagesPlace.check(folder.relativePath, apartFrom: source.contents)
    let target = try ReportFolder(folder, kind: "evaluate", beside: ["embedding.h5"])
    try target.prepare()
    var embedding = EmbeddingJob(of: source, to: folder.appending(path: "embedding.h5"))
    embedding.name = "embedding"
    embedding.splits = embedded ?? [splits.train] + (splits.test.map { [$0] } ?? [])
    embedding.crops = try CropArguments.crops(arguments, of: source, embedded: embedding.splits)
    embedding.software = Provenance.software
    embedding.notice = Terminal.note
    embedding.overwrite = arguments.has("overwrite")
    embedding.skipsBadImages = arguments.has("skip-bad-images")
    let fill = try Job("embed", unit: "images").run(patience: 0.8) { [embedding] (job) throws(MVError) in
      try network.write(embedding, job)
    }
    fill.notices.forEach(Terminal.note)
    for image in fill.skipped { Terminal.leftOut(image.id, image.reason) }
    let file = try FeatureFile(reading: embedding.output)
    let pair = try EvaluationPair(file, representations: ["embedding"], splits: splits)
    if case .multi = pair.trainLabels {
      return try MultiLabelEvaluation(pair, file, network, splits).write(target, arguments)
    }
    let folds = try foldCount.map { (count) throws(MVError) in try Self.folds(count, of: pair, in: file) }
    let notices = pair.notices(heldOut: true, names: file.classNames)
    if let folds {
      Terminal.note(
        "each row of \(splits.train) is scored by the other folds of \(folds.count)"
          + (splits.test.map { "; \($0) is left alone" } ?? ""))
    } else {
      notices.forEach(Terminal.note)
    }
    let scores = try Scores("embedding", of: pair, measure, in: folds, cancellation: Interruption.cancellation)
    ZeroRows.notice(of: scores.measures.neighbors.zeroRows, in: file.url.relativePath).map(Terminal.note)
    var report = EvaluationPage(
      title: "Embeddings of \(source.contents.name)", kind: target.kind, file: file, representations: ["embedding"],
      pair: scores.pair, heldOut: true, folds: folds?.count, origin: try network.origin(),
      settings: settings(scores.measures),
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
      let record = record(splits, scores.measures, folds, file: embedding.output)
      try Terminal.result(
        String(
          decoding: try record.adding(to: try CanonicalJSON.data(EvaluateJSON(scores, head, saved?.name, savedScores))),
          as: UTF8.self))
    } else {
      try Terminal.result(
        "k-NN (\(scores.measures.neighbors.results[0].k)) \(Percent(scores.measures.neighborTop1))  "
          + "linear probe \(Percent(scores.measures.probeTop1))"
          + (head.map { "  \($0.line())" } ?? "")
          + (savedScores.map { "  \(saved?.name ?? "head") \(Percent($0.top1))" } ?? "") + "\n"
          + "report: \(target.page.path)")
    }
  }

  /// The folds of the split to learn from; throws where there are fewer rows.
  private static func folds(
    _ count: Int, of pair: EvaluationPair, in file: FeatureFile
  ) throws(MVError) -> Folds {
    switch pair {
    case .splits(let train, _), .single(let train):
      try Folds(count, of: try train.labeled(), ids: try file[train.name].ids)
    }
  }

  private static func settings(_ measures: StandardScores) -> String {
    "k=\(measures.neighbors.results[0].k), metric=\(measures.neighbors.metric.rawValue), "
      + "lambda=\(Float(measures.probe.lambda))"
  }

  private static func record(
    _ splits: EvaluationSplits, _ measures: StandardScores, _ folds: Folds?, file: URL
  ) -> EvaluationRecord {
    let division = splits.test == nil ? "every fifth row held out" : "test split"
    return EvaluationRecord(
      files: [file.relativePath], representations: ["embedding"], trainSplit: splits.train,
      testSplit: folds == nil ? splits.test ?? splits.train : splits.train,
      division: folds.map { "\($0.count) folds" } ?? division,
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
