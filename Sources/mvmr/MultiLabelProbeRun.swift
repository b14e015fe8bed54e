internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports
internal import MVStore

/// `mvmr probe` on a multi-label file.
enum MultiLabelProbeRun {
  static func run(
    _ pair: EvaluationPair, _ arguments: ParsedArguments, _ file: FeatureFile, _ representations: [String],
    _ report: ReportRequest?
  ) throws(MVError) {
    let refused = [
      "protocol", "learning-rate", "epochs", "batch", "select", "label-fraction", "label-list", "folds", "each",
    ]
    for option in refused where arguments.has(option) {
      throw .usage("--\(option)", "is for files of one class a row", remedy: "leave it out: this file is multi-label")
    }
    try EvaluationArguments.printNotices(of: pair, heldOut: true, folds: nil, arguments, file)
    let (train, test) = try pair.heldOut()
    try report?.prepare()
    let probe = try fitted(on: train, arguments, classNames: file.classNames)
    let scores = try Job("score", unit: "rows").run { (job) throws(MVError) in
      try probe.score(test, cancellation: job.cancellation, progress: job.progress)
    }
    if let path = arguments["save"] { try probe.write(to: URL(filePath: path)) }
    let record = try EvaluationArguments.record(
      arguments, pair, folds: nil, heldOut: true, representations: representations,
      settings: [
        "loss": .string(probe.loss.rawValue), "lambda": .list(probe.lambdas.map { .double($0) }),
        "penalty-folds": .int(try arguments.int("penalty-folds", in: 2...100) ?? 3),
      ])
    let output = EvaluationOutput(
      title: "Linear classifiers", heldOut: true, record: record,
      table: { () throws(MVError) in ResultTable.csv(probe, scores) },
      object: { () throws(MVError) in try probe.json(scores) },
      scores: { (page) throws(MVError) in page.add(probe, scores) },
      summary: { () throws(MVError) in summary(of: probe, scores) })
    try output.write(arguments, report)
  }

  /// The classifiers that are loaded, or fitted to `train`.
  private static func fitted(
    on train: LabeledFeatures, _ arguments: ParsedArguments, classNames names: [String]
  ) throws(MVError) -> FittedMultiLabelProbe {
    if let path = arguments["load"] { return try FittedMultiLabelProbe(contentsOf: URL(filePath: path)) }
    let settings = try settings(arguments)
    let probe = try Job("probe", unit: "fits").run { (job) throws(MVError) in
      try settings.fit(train, classNames: names, cancellation: job.cancellation, progress: job.progress)
    }
    let unfinished = probe.classifiers.count { !$0.converged }
    if unfinished > 0 { Terminal.note("\(unfinished) classifiers stopped before they converged") }
    if !probe.unfitted.isEmpty {
      Terminal.note(
        "no classifier for \(probe.unfitted.joined(separator: ", ")): in no train row, or in every one")
    }
    return probe
  }

  /// The line of mean average precisions, one for every class, and one of the fit.
  private static func summary(of probe: FittedMultiLabelProbe, _ scores: MultiLabelScores) -> String {
    let isCost = probe.loss == .squaredHinge
    let penalties = Dictionary(uniqueKeysWithValues: probe.classifiers.map { ($0.label, $0.lambda) })
    var table = TextTable("class", "positives", "AP", "11-point AP", isCost ? "C" : "lambda")
    for (label, score) in scores.classes.enumerated() {
      table.add(
        score.name, "\(score.positives)", score.envelope.map { Percent($0).description } ?? "-",
        score.elevenPoint.map { Percent($0).description } ?? "-",
        penalties[label].map { "\(Float(isCost ? 1 / $0 : $0))" } ?? "-")
    }
    return "mAP \(Percent(scores.map))  11-point \(Percent(scores.mapElevenPoint))\n\(table.text)\n"
      + "\(probe.loss.rawValue), \(probe.trainRows) train rows, \(scores.testRows) test rows, "
      + "\(probe.columns) columns, \(ProgressBar.duration(probe.seconds))"
  }

  private static func settings(_ arguments: ParsedArguments) throws(MVError) -> MultiLabelProbe {
    let loss = try arguments.choice("loss", as: MultiLabelProbe.Loss.self) ?? .logistic
    let lambdas = try arguments.doubles("lambda", in: 0...1e6)
    let costs = try arguments.doubles("cost", in: 1e-6...1e9)
    guard loss == .squaredHinge ? lambdas.isEmpty : costs.isEmpty else {
      throw .usage(
        loss == .squaredHinge ? "--lambda" : "--cost", "does not go with --loss \(loss.rawValue)",
        remedy: loss == .squaredHinge ? "give --cost" : "give --lambda, or --loss squared-hinge")
    }
    guard loss == .logistic || !arguments.has("no-standardize") else {
      throw .usage("--no-standardize", "does not go with --loss squared-hinge, which takes rows of length 1")
    }
    let penalties = lambdas + costs.map { 1 / $0 }
    return MultiLabelProbe(
      loss: loss, lambdas: penalties.isEmpty ? nil : LambdaGrid(penalties),
      folds: try arguments.int("penalty-folds", in: 2...100) ?? 3, standardize: !arguments.has("no-standardize"),
      classWeights: try arguments.choice("class-weight", as: LinearProbe.ClassWeights.self) ?? .none)
  }
}
