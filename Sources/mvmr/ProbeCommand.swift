internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports
internal import MVStore

extension Command {
  /// `mvmr probe`: linear-probe accuracy of representations.
  static let probe = Command(
    "probe", summary: "Score representations by a linear probe: logistic regression to convergence",
    discussion: """
      Features are standardised on train. The penalty is chosen on a stratified tenth of train (or by folds), never on
      test, and the probe is then fitted to all of train. Without a test split, every fifth row of each class is held out.
      Weaker penalties are left out once three in a row, over a factor of ten, are worse than the best by more than a
      standard error of the difference; --all-penalties compares them too.

      A multi-label file (VOC 2007) gets one classifier a class, each with the penalty that is best in 3-fold
      cross-validation, and mean average precision: the area under the precision envelope, and 11-point. With
      --loss squared-hinge that is the protocol of VISSL: linear SVMs on normalised rows, penalties 1/C.

      Examples:
        mvmr probe features.h5 --representation hog
        mvmr probe features.h5 --representation hog --representation lbp --lambda 1e-4,1e-3,1e-2
        mvmr probe features.h5 --representation hog --report hog-probe
        mvmr probe features.h5 --representation hog --save hog.probe
        mvmr probe other.h5 --representation hog --load hog.probe
        mvmr probe features.h5 --representation hog --protocol dino --learning-rate sweep
        mvmr probe features.h5 --representation hog --label-fraction 0.1
        mvmr probe photos.h5 --each --folds 5
      """,
    arguments: EvaluationArguments.options + ProtocolProbeRun.options + [
      .option(
        "lambda", "L[,L...]", "penalties to choose from",
        default: "13 from 1e-6 to 1; multi-label: 15 from 1e-5 to 100", repeated: true),
      .option(
        "penalty-folds", "F", "choose the penalty by F-fold cross-validation", default: "a tenth; multi-label: 3"),
      .flag("all-penalties", "compare weak penalties too where stronger ones are worse already"),
      .choice(
        "class-weight", of: LinearProbe.ClassWeights.self, "balanced: each class counts the same",
        default: LinearProbe.ClassWeights.none),
      .choice("loss", of: MultiLabelProbe.Loss.self, "multi-label: the loss of a class", default: .logistic),
      .option(
        "cost", "C[,C...]", "multi-label squared hinge: costs to choose from", default: "0.01 to 100", repeated: true),
      .flag("no-standardize", "take the features as they are"),
      .option("save", "FILE.probe", "write the fitted probe", output: .stream(["probe", "json"])),
      .option("load", "FILE.probe", "score this probe instead of fitting one", takes: .file),
      .flag("json", "print one JSON object"),
    ] + ReportRequest.options
  ) { (arguments) throws(MVError) in
    let file = try EvaluationArguments.file(arguments)
    let names = try EvaluationArguments.representations(arguments, of: file)
    guard !arguments.has("each") else {
      try runEach(names, arguments, file)
      return
    }
    let pair = try EvaluationArguments.pair(arguments, file, representations: names)
    if case .multi = pair.trainLabels {
      let report = try ReportRequest(arguments, kind: "probe", pair, of: file, names)
      try MultiLabelProbeRun.run(pair, arguments, file, names, report)
      return
    }
    let folds = try EvaluationArguments.folds(arguments, pair, file)
    let report = try ReportRequest(arguments, kind: "probe", pair, of: file, names, folds: folds)
    if let name = arguments["protocol"] {
      try ProtocolProbeRun.run(name, pair, arguments, file, names, report)
      return
    }
    try checkOptions(arguments)
    try EvaluationArguments.printNotices(of: pair, heldOut: true, folds: folds, arguments, file)
    try report?.prepare()
    let (probe, scores) = try scored(pair, folds, arguments)
    if let path = arguments["save"] { try probe.write(to: URL(filePath: path)) }
    try output(of: probe, scores, pair, folds, names, arguments, file).write(arguments, report)
  }

  /// Scores each representation on its own.
  private static func runEach(
    _ names: [String], _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) {
    try EachOutput.check(arguments)
    guard !arguments.has("protocol") else {
      throw .usage("--each", "does not go with --protocol", remedy: "leave one of them out")
    }
    try checkOptions(arguments)
    var table = TextTable("features", "columns", "lambda", "top-1", "top-5", "balanced", "95 % interval")
    var outputs: [(String, EvaluationOutput)] = []
    for name in names {
      let pair = try EvaluationArguments.pair(arguments, file, representations: [name])
      let folds = try EvaluationArguments.folds(arguments, pair, file)
      if outputs.isEmpty {
        try EvaluationArguments.printNotices(of: pair, heldOut: true, folds: folds, arguments, file)
      }
      let (probe, scores) = try scored(pair, folds, arguments, title: "probe \(name)")
      let report = try scores.report()
      let interval = report.interval()
      table.add(
        name, "\(probe.columns)", EvaluationArguments.short(probe.lambda), Percent(scores.top1).description,
        Percent(scores.top5).description, Percent(report.balancedAccuracy).description,
        "\(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))")
      outputs.append((name, try output(of: probe, scores, pair, folds, [name], arguments, file)))
    }
    try EachOutput(outputs: outputs).write(arguments, table: table)
  }

  private static func checkOptions(_ arguments: ParsedArguments) throws(MVError) {
    for option in ["learning-rate", "epochs", "batch", "augmented", "select"] where arguments.has(option) {
      throw .usage("--\(option)", "is for protocols", remedy: "give --protocol too")
    }
    for option in ["loss", "cost"] where arguments.has(option) {
      throw .usage("--\(option)", "is for multi-label files", remedy: "leave it out: this file has one class a row")
    }
    if arguments.has("folds"), arguments.has("load") {
      throw .usage("--load", "does not go with --folds", remedy: "leave one of them out")
    }
  }

  /// The probe and what it scored; in folds the probe is fitted to all rows, and its scores are those of the folds.
  private static func scored(
    _ pair: EvaluationPair, _ folds: Folds?, _ arguments: ParsedArguments, title: String = "probe"
  ) throws(MVError) -> (FittedProbe, ProbeScores) {
    guard let folds, case .single(let all) = pair else {
      let (train, test) = try pair.heldOut()
      let probe = try fitted(on: train, arguments, title: title)
      let scores = try Job("score", unit: "rows").run { (job) throws(MVError) in
        try probe.score(test, cancellation: job.cancellation, progress: job.progress)
      }
      return (probe, scores)
    }
    let settings = try settings(arguments)
    let scores = try Job(title, unit: "folds").run { (job) throws(MVError) in
      try settings.score(all, in: folds, cancellation: job.cancellation, progress: job.progress)
    }
    return (try fitted(on: all, arguments, title: title), scores)
  }

  private static func output(
    of probe: FittedProbe, _ scores: ProbeScores, _ pair: EvaluationPair, _ folds: Folds?,
    _ representations: [String], _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) -> EvaluationOutput {
    let names = file.classNames
    var settings: [String: SettingValue] = [
      "lambda": .list(probe.candidates.map { .double($0.lambda) }), "standardize": .bool(probe.standardized),
    ]
    for option in ["class-weight", "penalty-folds", "load"] {
      if let text = arguments[option] { settings[option] = .string(text) }
    }
    let record = try EvaluationArguments.record(
      arguments, pair, folds: folds, heldOut: true, representations: representations, settings: settings,
      seed: folds?.seed ?? probe.seed)
    return EvaluationOutput(
      title: "Linear probe", heldOut: true, record: record,
      table: { () throws(MVError) in try ResultTable.csv(probe, scores, names: names) },
      object: { () throws(MVError) in try probe.json(scores, names: names) },
      scores: { (page) throws(MVError) in try page.add(probe, scores) },
      summary: { () throws(MVError) in try summary(of: probe, scores) })
  }

  /// The probe that the arguments ask for.
  private static func settings(_ arguments: ParsedArguments) throws(MVError) -> LinearProbe {
    let lambdas = try arguments.doubles("lambda", in: 0...1e6)
    return LinearProbe(
      lambdas: lambdas.isEmpty ? .logarithmic(1e-6...1, count: 13) : LambdaGrid(lambdas),
      validation: try arguments.int("penalty-folds", in: 2...100).map { .folds($0) } ?? .fraction(0.1),
      standardize: !arguments.has("no-standardize"),
      classWeights: try arguments.choice("class-weight", as: LinearProbe.ClassWeights.self) ?? .none,
      dropsPenalties: !arguments.has("all-penalties"), seed: try EvaluationArguments.seed(arguments))
  }

  /// The probe that is loaded, or fitted to `train`.
  private static func fitted(
    on train: LabeledFeatures, _ arguments: ParsedArguments, title: String
  ) throws(MVError) -> FittedProbe {
    let settings = try settings(arguments)
    if let path = arguments["load"] { return try FittedProbe(contentsOf: URL(filePath: path)) }
    let probe = try Job(title, unit: "steps").run { (job) throws(MVError) in
      try settings.fit(train, cancellation: job.cancellation, progress: job.progress)
    }
    if !probe.converged {
      let norm = "the gradient's norm is \(Float(probe.gradientNorm))"
      let left = probe.gradientNorm > 1e-4 ? "\(norm), where 1e-4 is wanted" : "the loss is still above its minimum"
      Terminal.note(
        "not converged: after \(probe.iterations) passes \(left); a stronger --lambda converges sooner")
    }
    return probe
  }

  /// The line of accuracies, one for every penalty, and one of the fit.
  private static func summary(of probe: FittedProbe, _ scores: ProbeScores) throws(MVError) -> String {
    var parts = [try EvaluationArguments.summary(scores.report())]
    if probe.candidates.count > 1 {
      var lines = TextTable("lambda", "validation top-1", "balanced", "objective", "gradient norm", "passes", "end")
      for candidate in probe.candidates {
        lines.add(
          EvaluationArguments.short(candidate.lambda), candidate.validationTop1.map { Percent($0).description } ?? "-",
          candidate.validationBalancedAccuracy.map { Percent($0).description } ?? "-",
          candidate.objective.map { "\(Float($0))" } ?? "-",
          candidate.gradientNorm.map { String(format: "%.1e", $0) } ?? "-",
          candidate.iterations.map { "\($0)" } ?? "-",
          candidate.ending?.rawValue ?? (candidate.lambda == probe.lambda ? "-" : "left out"))
      }
      parts.append(lines.text)
    }
    parts.append(
      "lambda \(EvaluationArguments.short(probe.lambda)), \(probe.trainRows) train rows, "
        + "\(scores.testRows.count) test rows, \(probe.columns) columns, "
        + "train loss \(Float(probe.trainLoss)), gradient norm \(Float(probe.gradientNorm)), "
        + "\(probe.iterations) passes, \(probe.converged ? "converged" : "not converged"), "
        + "\(ProgressBar.duration(probe.seconds))")
    return parts.joined(separator: "\n")
  }
}
