internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports
internal import MVStore

/// `mvmr probe --protocol`: a linear probe trained as a paper did.
enum ProtocolProbeRun {
  static let options: [Argument] = [
    .choice("protocol", among: SGDProtocol.all.map(\.name), "train as a paper did"),
    .option(
      "learning-rate", "L[,L...]", "protocol: base rates to choose from, or sweep", default: "the published one",
      repeated: true),
    .option("epochs", "N", "protocol: passes over train", default: "the published number"),
    .option("batch", "N", "protocol: rows a step; rates scale as published", default: "the published number"),
    .option(
      "augmented", "N", "protocol: train over N crops of each image in turn, 0 for the plain images",
      default: "all that the file holds, where the paper augments"),
    .choice(
      "select", of: Place.self, "protocol: choose rate and epoch on rows held out of train, or on test",
      default: .train),
  ]

  /// Where rate and epoch can be chosen.
  private enum Place: String, CaseIterable { case train, test }

  static func run(
    _ name: String, _ pair: EvaluationPair, _ arguments: ParsedArguments, _ file: FeatureFile,
    _ representations: [String], _ report: ReportRequest?
  ) throws(MVError) {
    let others = [
      "lambda", "all-penalties", "folds", "penalty-folds", "class-weight", "loss", "cost", "no-standardize", "load",
    ]
    for option in others where arguments.has(option) {
      throw .usage("--\(option)", "does not go with --protocol", remedy: "leave one of them out")
    }
    let probe = try probe(name, arguments)
    let selection = try arguments.choice("select", as: Place.self) ?? .train
    try EvaluationArguments.printNotices(of: pair, heldOut: true, folds: nil, arguments, file)
    let (train, test) = try pair.heldOut()
    try report?.prepare()
    let crops = try crops(of: train, probe.settings, arguments, file)
    let fitted = try Job("probe", unit: "rows").run { (job) throws(MVError) in
      try probe.fit(
        train, crops: crops, selectingOn: selection == .test ? test : nil, cancellation: job.cancellation,
        progress: job.progress)
    }
    if fitted.selection == .test {
      Terminal.note("rate and epoch were chosen by accuracy on the test rows, so top-1 is optimistic")
    }
    let ends = [fitted.candidates.first, fitted.candidates.last].compactMap { $0?.learningRate }
    if fitted.candidates.count > 1, ends.contains(fitted.learningRate) {
      Terminal.note("the best rate is at an end of those tried: try rates beyond it by --learning-rate")
    }
    let scores = try Job("score", unit: "rows").run { (job) throws(MVError) in
      try fitted.probe.score(test, cancellation: job.cancellation, progress: job.progress)
    }
    let names = file.classNames
    if let path = arguments["save"] { try fitted.probe.write(to: URL(filePath: path)) }
    let record = try EvaluationArguments.record(
      arguments, pair, folds: nil, heldOut: true, representations: representations,
      settings: [
        "protocol": .string(fitted.settings.name), "epochs": .int(fitted.epochs),
        "batch": .int(fitted.settings.batchSize), "augmented": .int(crops.count), "select": .string(selection.rawValue),
        "learning-rate": .list(fitted.candidates.map { .double($0.learningRate) }),
      ], seed: fitted.probe.seed)
    let output = EvaluationOutput(
      title: "Linear probe, \(fitted.settings.name)", heldOut: true, record: record,
      table: { () throws(MVError) in try ResultTable.csv(fitted, scores, names: names) },
      object: { () throws(MVError) in try fitted.json(scores, names: names) },
      scores: { (page) throws(MVError) in try page.add(fitted, scores) },
      summary: { () throws(MVError) in try summary(of: fitted, scores) })
    try output.write(arguments, report)
  }

  /// The crops to train over: those asked for, or else all that the file holds where the paper augments.
  private static func crops(
    of train: LabeledFeatures, _ settings: SGDProtocol, _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) -> [LabeledFeatures] {
    let asked = try arguments.int("augmented", in: 0...1000)
    guard asked ?? 1 > 0, asked != nil || settings.augments else { return [] }
    let all = try train.crops(in: file)
    if let asked, asked > all.count {
      throw .usage(
        "--augmented \(asked)", "is more than the \(all.count) crops of \(train.name) that \(file.url.path) holds",
        remedy: "embed more by mvmr embed --augmented \(asked), or ask for fewer")
    }
    let used = Array(all.prefix(asked ?? all.count))
    if !used.isEmpty {
      Terminal.message("note: trained over \(used.count) crops of each image, one an epoch in turn")
    } else if settings.augments {
      Terminal.message(
        "note: trained on plain images, which the paper augments: mvmr embed --augmented N writes crops, too")
    }
    return used
  }

  /// The protocol of that name, as the arguments change it.
  private static func probe(_ name: String, _ arguments: ParsedArguments) throws(MVError) -> ProtocolProbe {
    guard var settings = SGDProtocol.all.first(where: { $0.name == name }) else {
      throw .usage(
        "--protocol \(name)", "is not known",
        remedy: "it takes \(SGDProtocol.all.map(\.name).joined(separator: ", "))")
    }
    settings.epochs = try arguments.int("epochs", in: 1...100_000) ?? settings.epochs
    settings.batchSize = try arguments.int("batch", in: 1...1_000_000) ?? settings.batchSize
    let rates =
      arguments.all("learning-rate") == ["sweep"]
      ? settings.sweep : try arguments.doubles("learning-rate", in: 1e-12...1e12)
    return ProtocolProbe(settings, learningRates: rates, seed: try EvaluationArguments.seed(arguments))
  }

  /// The line of accuracies, one for every rate, and one of the training.
  private static func summary(of fitted: FittedProtocolProbe, _ scores: ProbeScores) throws(MVError) -> String {
    var parts = [try EvaluationArguments.summary(scores.report())]
    if fitted.selection != .none {
      var lines = TextTable("rate", "scaled", "epoch", fitted.selection == .test ? "test top-1" : "held-out top-1")
      for candidate in fitted.candidates {
        lines.add(
          EvaluationArguments.short(candidate.learningRate), EvaluationArguments.short(candidate.scaledRate),
          candidate.epoch.map { "\($0)" } ?? "-",
          candidate.selectionTop1.map { Percent($0).description } ?? "diverged")
      }
      parts.append(lines.text)
    }
    parts.append(
      "\(fitted.settings.name): rate \(EvaluationArguments.short(fitted.learningRate)), batch "
        + "\(fitted.settings.batchSize), \(fitted.epochs) epochs, \(fitted.probe.trainRows) train rows, "
        + "\(scores.testRows.count) test rows, \(fitted.probe.columns) columns, "
        + "train loss \(Float(fitted.probe.trainLoss)), \(ProgressBar.duration(fitted.seconds))")
    return parts.joined(separator: "\n")
  }
}
