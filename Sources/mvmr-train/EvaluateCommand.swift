internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVStore
internal import MVTraining

extension Command {
  /// `mvmr evaluate`: a trained encoder scored in one go.
  static let evaluate = Command(
    "evaluate", summary: "Embed a source with a trained encoder, score by k-NN and linear probe, write a report",
    discussion: "Example:\n  mvmr evaluate run cifar10:DIR --output evaluation",
    arguments: [
      .positional("CHECKPOINT", "a checkpoint, or the folder of a run"),
      .positional("SOURCE", "KIND:WHERE, see `mvmr datasets`"),
      .option("output", "DIR", "the folder to write embedding.h5 and report.html into", required: true),
      .flag("json", "print one JSON object"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let checkpoint = CheckpointArgument.url(try arguments.required("CHECKPOINT"))
    let embedder = try Embedder(checkpoint: checkpoint)
    let source = try SourceArguments.open(try arguments.required("SOURCE"), arguments)
    let folder = URL(filePath: try arguments.required("output"))
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw .inputOutput(folder.path, "cannot be created", remedy: "check the path and its permissions")
    }
    Interruption.watch()
    let url = folder.appending(path: "embedding.h5")
    let bar = ProgressBar("embed", unit: "images")
    try embedder.write(
      source, to: url, checkpoint: try CheckpointArgument.fingerprint(checkpoint),
      software: ["mvmr": Version.text, "command": CommandLine.arguments.joined(separator: " ")],
      isCancelled: { Interruption.isRequested }, progress: { bar.update($0) })
    bar.finish()
    let file = try FeatureFile(reading: url)
    if let notice = try EvaluationPair(file, representations: ["embedding"]).notice(heldOut: true) {
      Terminal.message("note: \(notice)")
    }
    let scores = try Scores("embedding", of: file, ["embedding"])
    let report = folder.appending(path: "report.html")
    try page(scores, checkpoint: checkpoint.path, source: source.contents.location, names: file.classNames).write(
      to: report)
    if arguments.has("json") {
      try Terminal.printJSON(["knn": scores.neighbours, "probe": scores.probe])
    } else {
      print("k-NN (20) \(Percent(scores.neighbours))  linear probe \(Percent(scores.probe))\nreport: \(report.path)")
    }
  }

  private static func page(_ scores: Scores, checkpoint: String, source: String, names: [String]) -> HTMLReport {
    var page = HTMLReport(title: "Evaluation")
    page.paragraph("The embeddings of \(checkpoint) on \(source): \(scores.columns) columns.")
    page.table(
      ReportTable(
        columns: [.init("score"), .init("top-1 (%)", digits: 2)],
        rows: [
          [.text("k-NN, k = 20, cosine, T = 0.07"), .number(scores.neighbours * 100)],
          [.text("linear probe"), .number(scores.probe * 100)],
        ]))
    page.heading("Where the linear probe errs")
    page.confusion(of: scores.report, names: names, caption: "Rows are the true classes.")
    return page
  }
}
