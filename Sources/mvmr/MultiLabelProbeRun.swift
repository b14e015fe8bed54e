internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports

/// `mvmr probe` on a multi-label file.
enum MultiLabelProbeRun {
  static func run(
    _ pair: EvaluationPair, _ arguments: ParsedArguments, _ report: ReportRequest?
  ) throws(MVError) {
    let refused = ["protocol", "learning-rate", "epochs", "batch", "select", "csv", "label-fraction", "label-list"]
    for option in refused where arguments.has(option) {
      throw .usage("--\(option)", "is for files of one class a row", remedy: "leave it out: this file is multi-label")
    }
    let (train, test) = try pair.heldOut()
    let probe: FittedMultiLabelProbe
    if let path = arguments["load"] {
      probe = try FittedMultiLabelProbe(contentsOf: URL(filePath: path))
    } else {
      let settings = try settings(arguments)
      let bar = ProgressBar("probe", unit: "fits")
      probe = try settings.fit(train, classNames: try EvaluationArguments.classNames(arguments)) { bar.update($0) }
      bar.finish()
      let unfinished = probe.classifiers.count { !$0.converged }
      if unfinished > 0 { Terminal.message("note: \(unfinished) classifiers stopped before they converged") }
      if !probe.unfitted.isEmpty {
        Terminal.message(
          "note: no classifier for \(probe.unfitted.joined(separator: ", ")): in no train row, or in every one")
      }
    }
    let scores = try probe.score(test)
    if let path = arguments["save"] { try probe.write(to: URL(filePath: path)) }
    try report?.write(
      title: "Linear classifiers", heldOut: true, csv: { () throws(MVError) in probe.csv(scores) },
      json: { () throws(MVError) in try probe.json(scores) },
      scores: { (page) throws(MVError) in page.add(probe, scores) })
    if arguments.has("json") {
      print(String(decoding: try probe.json(scores), as: UTF8.self))
      return
    }
    let isCost = probe.loss == .squaredHinge
    let penalties = Dictionary(uniqueKeysWithValues: probe.classifiers.map { ($0.label, $0.lambda) })
    var table = TextTable("class", "positives", "AP", "11-point AP", isCost ? "C" : "lambda")
    for (label, score) in scores.classes.enumerated() {
      table.add(
        score.name, "\(score.positives)", score.envelope.map { Percent($0).description } ?? "-",
        score.elevenPoint.map { Percent($0).description } ?? "-",
        penalties[label].map { "\(Float(isCost ? 1 / $0 : $0))" } ?? "-")
    }
    print("mAP \(Percent(scores.map))  11-point \(Percent(scores.mapElevenPoint))")
    print(table.text)
    print(
      "\(probe.loss.rawValue), \(probe.trainRows) train rows, \(scores.testRows) test rows, \(probe.columns) columns, "
        + "\(ProgressBar.duration(probe.seconds))")
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
      folds: try arguments.int("folds", in: 2...100) ?? 3, standardize: !arguments.has("no-standardize"),
      classWeights: try arguments.choice("class-weight", as: LinearProbe.ClassWeights.self) ?? .none)
  }
}
