internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVReports

/// `mvmr probe --protocol`: a linear probe trained as a paper did.
enum ProtocolProbeRun {
  static let options: [Argument] = [
    .option("protocol", "NAME", "train as a paper did: \(SGDProtocol.all.map(\.name).joined(separator: ", "))"),
    .option(
      "learning-rate", "L[,L...]", "protocol: base rates to choose from, or sweep", default: "the published one",
      repeated: true),
    .option("epochs", "N", "protocol: passes over train", default: "the published number"),
    .option("batch", "N", "protocol: rows a step; rates scale as published", default: "the published number"),
    .option(
      "select", "WHERE", "protocol: choose rate and epoch on train (rows held out of it) or test", default: "train"),
  ]

  private enum Selection: String, CaseIterable { case train, test }

  static func run(
    _ name: String, _ pair: EvaluationPair, _ arguments: ParsedArguments, _ report: ReportRequest?
  ) throws(MVError) {
    guard var settings = SGDProtocol.all.first(where: { $0.name == name }) else {
      throw .usage(
        "--protocol \(name)", "is not known",
        remedy: "it takes \(SGDProtocol.all.map(\.name).joined(separator: ", "))")
    }
    for option in ["lambda", "folds", "class-weight", "loss", "cost", "no-standardize", "load"]
    where arguments.has(option) {
      throw .usage("--\(option)", "does not go with --protocol", remedy: "leave one of them out")
    }
    settings.epochs = try arguments.int("epochs", in: 1...100_000) ?? settings.epochs
    settings.batchSize = try arguments.int("batch", in: 1...1_000_000) ?? settings.batchSize
    let rates =
      arguments.all("learning-rate") == ["sweep"]
      ? settings.sweep : try arguments.doubles("learning-rate", in: 1e-12...1e12)
    let selection = try arguments.choice("select", as: Selection.self) ?? .train
    if let notice = pair.notice(heldOut: true) { Terminal.message("note: \(notice)") }
    let (train, test) = try pair.heldOut()
    let bar = ProgressBar("probe", unit: "rows")
    let fitted = try ProtocolProbe(settings, learningRates: rates).fit(
      train, selectingOn: selection == .test ? test : nil
    ) { bar.update($0) }
    bar.finish()
    if fitted.selection == "test" {
      Terminal.message("note: rate and epoch were chosen by accuracy on the test rows, so top-1 is optimistic")
    }
    let ends = [fitted.candidates.first, fitted.candidates.last].compactMap { $0?.learningRate }
    if fitted.candidates.count > 1, ends.contains(fitted.learningRate) {
      Terminal.message("note: the best rate is at an end of those tried: try rates beyond it by --learning-rate")
    }
    let scores = try fitted.probe.score(test)
    let names = try EvaluationArguments.classNames(arguments)
    if let path = arguments["save"] { try fitted.probe.write(to: URL(filePath: path)) }
    let table = { () throws(MVError) in try ResultTable.csv(fitted, scores, names: names) }
    try EvaluationArguments.writeTable(arguments, table)
    try report?.write(
      title: "Linear probe, \(settings.name)", heldOut: true, csv: table,
      json: { () throws(MVError) in try fitted.json(scores, names: names) },
      scores: { (page) throws(MVError) in try page.add(fitted, scores) })
    if arguments.has("json") {
      print(String(decoding: try fitted.json(scores, names: names), as: UTF8.self))
      return
    }
    print(try EvaluationArguments.summary(scores.report()))
    if fitted.selection != "none" {
      var lines = TextTable("rate", "scaled", "epoch", fitted.selection == "test" ? "test top-1" : "held-out top-1")
      for candidate in fitted.candidates {
        lines.add(
          EvaluationArguments.short(candidate.learningRate), EvaluationArguments.short(candidate.scaledRate),
          candidate.epoch.map { "\($0)" } ?? "-",
          candidate.selectionTop1.map { Percent($0).description } ?? "diverged")
      }
      print(lines.text)
    }
    print(
      "\(settings.name): rate \(EvaluationArguments.short(fitted.learningRate)), batch \(settings.batchSize), "
        + "\(fitted.epochs) epochs, \(fitted.probe.trainRows) train rows, \(scores.testRows.count) test rows, "
        + "\(fitted.probe.columns) columns, train loss \(Float(fitted.probe.trainLoss)), "
        + "\(ProgressBar.duration(fitted.seconds))")
  }
}
