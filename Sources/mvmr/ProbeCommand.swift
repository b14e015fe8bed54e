internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports

extension Command {
  /// `mvmr probe`: linear-probe accuracy of representations.
  static let probe = Command(
    "probe", summary: "Score representations by a linear probe: logistic regression to convergence",
    discussion: """
      Features are standardised on train. The penalty is chosen on a stratified tenth of train (or by folds), never on
      test, and the probe is then fitted to all of train. Without a test split, every fifth row of each class is held out.

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
      """,
    arguments: EvaluationArguments.options + ProtocolProbeRun.options + [
      .option(
        "lambda", "L[,L...]", "penalties to choose from",
        default: "13 from 1e-6 to 1; multi-label: 15 from 1e-5 to 100", repeated: true),
      .option("folds", "F", "choose the penalty by F-fold cross-validation", default: "a tenth; multi-label: 3"),
      .choice(
        "class-weight", of: LinearProbe.ClassWeights.self, "balanced: each class counts the same",
        default: LinearProbe.ClassWeights.none),
      .choice("loss", of: MultiLabelProbe.Loss.self, "multi-label: the loss of a class", default: .logistic),
      .option(
        "cost", "C[,C...]", "multi-label squared hinge: costs to choose from", default: "0.01 to 100", repeated: true),
      .flag("no-standardize", "take the features as they are"),
      .option("save", "FILE.probe", "write the fitted probe", output: .stream(["probe", "json"])),
      .option("load", "FILE.probe", "score this probe instead of fitting one"),
      .flag("json", "print one JSON object"),
    ] + ReportRequest.options
  ) { (arguments) throws(MVError) in
    let pair = try EvaluationArguments.pair(arguments)
    let report = try ReportRequest(arguments, kind: "probe", pair)
    if case .multi = pair.trainLabels {
      try MultiLabelProbeRun.run(pair, arguments, report)
      return
    }
    if let name = arguments["protocol"] {
      try ProtocolProbeRun.run(name, pair, arguments, report)
      return
    }
    for option in ["learning-rate", "epochs", "batch", "select"] where arguments.has(option) {
      throw .usage("--\(option)", "is for protocols", remedy: "give --protocol too")
    }
    for option in ["loss", "cost"] where arguments.has(option) {
      throw .usage("--\(option)", "is for multi-label files", remedy: "leave it out: this file has one class a row")
    }
    try EvaluationArguments.printNotices(of: pair, heldOut: true, arguments)
    let (train, test) = try pair.heldOut()
    let probe = try fitted(on: train, arguments)
    let scores = try Job("score", unit: "rows").run { (job) throws(MVError) in
      try probe.score(test, cancellation: job.cancellation, progress: job.progress)
    }
    if let path = arguments["save"] { try probe.write(to: URL(filePath: path)) }
    let names = try EvaluationArguments.classNames(arguments)
    let output = EvaluationOutput(
      title: "Linear probe", heldOut: true,
      csv: { () throws(MVError) in try ResultTable.csv(probe, scores, names: names) },
      json: { () throws(MVError) in try probe.json(scores, names: names) },
      scores: { (page) throws(MVError) in try page.add(probe, scores) },
      summary: { () throws(MVError) in try summary(of: probe, scores) })
    try output.write(arguments, report)
  }

  /// The probe that is loaded, or fitted to `train`.
  private static func fitted(on train: LabeledFeatures, _ arguments: ParsedArguments) throws(MVError) -> FittedProbe {
    let classWeights = try arguments.choice("class-weight", as: LinearProbe.ClassWeights.self) ?? .none
    let lambdas = try arguments.doubles("lambda", in: 0...1e6)
    let folds = try arguments.int("folds", in: 2...100)
    if let path = arguments["load"] { return try FittedProbe(contentsOf: URL(filePath: path)) }
    let settings = LinearProbe(
      lambdas: lambdas.isEmpty ? .logarithmic(1e-6...1, count: 13) : LambdaGrid(lambdas),
      validation: folds.map { .folds($0) } ?? .fraction(0.1), standardize: !arguments.has("no-standardize"),
      classWeights: classWeights)
    let probe = try Job("probe", unit: "steps").run { (job) throws(MVError) in
      try settings.fit(train, cancellation: job.cancellation, progress: job.progress)
    }
    if !probe.converged {
      Terminal.message(
        "note: stopped after \(probe.iterations) iterations, the gradient's norm is \(probe.gradientNorm)")
    }
    return probe
  }

  /// The line of accuracies, one for every penalty, and one of the fit.
  private static func summary(of probe: FittedProbe, _ scores: ProbeScores) throws(MVError) -> String {
    var parts = [try EvaluationArguments.summary(scores.report())]
    if probe.candidates.count > 1 {
      var lines = TextTable("lambda", "validation top-1", "balanced")
      for candidate in probe.candidates {
        lines.add(
          EvaluationArguments.short(candidate.lambda), candidate.validationTop1.map { Percent($0).description } ?? "-",
          candidate.validationBalancedAccuracy.map { Percent($0).description } ?? "-")
      }
      parts.append(lines.text)
    }
    parts.append(
      "lambda \(EvaluationArguments.short(probe.lambda)), \(probe.trainRows) train rows, "
        + "\(scores.testRows.count) test rows, \(probe.columns) columns, "
        + "train loss \(Float(probe.trainLoss)), gradient norm \(Float(probe.gradientNorm)), "
        + "\(ProgressBar.duration(probe.seconds))")
    return parts.joined(separator: "\n")
  }
}
