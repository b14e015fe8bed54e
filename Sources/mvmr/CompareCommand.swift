internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVPages
internal import MVReports

extension Command {
  /// `mvmr compare`: which features separate the classes.
  static let compare = Command(
    "compare", summary: "Which features separate my images? One table of k-NN and linear probe",
    discussion: """
      Each FILE is a feature file, the folder of a run or an evaluation with its embedding.h5, or a source KIND:WHERE,
      whose images get hog, lbp, color and scattering first, into a feature file that the next call finds. Every
      representation of every file is a row of the table: k-NN (k = 20, cosine, T = 0.07) and a linear probe, each with
      its 95 % interval and how far it is below the best on the same images, the best mean of both first. Without a
      test split, 5-fold cross-validation scores every row once. Images of several classes each are compared by mean
      average precision. The folder of a sweep gives its table: variants, with mean and deviation over seeds.

      Examples:
        mvmr compare folder:photos
        mvmr compare photos.h5 --report which --latex table.tex
        mvmr compare features.h5 run evaluation --csv all.csv
        mvmr compare features.h5 --folds 10 --joined
        mvmr compare folder:photos --limit 500
        mvmr compare sweeps/lr --markdown table.md
      """,
    arguments: [
      .positional(
        "FILE", "feature files, folders with embedding.h5, or sources KIND:WHERE", repeated: true,
        takes: .sourceOrFile),
      .option(
        "representation", "NAME", "only these of each file; of a source: what to extract", repeated: true,
        takes: .representation),
      .flag("joined", "also all representations of a file, joined"),
      .option("train-split", "NAME", "the split to learn from", default: "train"),
      .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
      .option("folds", "F", "cross-validate the split to learn from", default: "5 without a test split"),
      PublishedFold.option,
      .option("k", "K", "the number of neighbours that vote", default: "\(Comparison.neighborCount)"),
      .option("seed", "N", "the seed of folds and of rows held out to choose a penalty", default: "0"),
      .option(
        "output", "FILE.h5", "where the features of a source go", default: "its name", output: .featureFile),
      .option("limit", "N", "of a source: only N images of each split, spread over its classes"),
      .flag("skip-bad-images", "of a source: leave out images that cannot be read"),
      .flag("overwrite", "of a source: replace the file instead of finishing it"),
      .option("report", "DIR", "write the page DIR/report.html, and its chart as SVG", output: .folder),
      .flag("json", "print one JSON object"),
    ] + TableOutput.options + SourceArguments.options
  ) { (arguments) throws(MVError) in
    if let sweep = try SweepTable(arguments) { return try sweep.show(arguments) }
    let report = try arguments["report"].map { (path) throws(MVError) in
      try ReportFolder(URL(filePath: path), kind: "compare", beside: [ComparisonPage.chartName])
    }
    let folds = try arguments.int("folds", in: 2...10_000)
    let k = try arguments.int("k", in: 1...100_000)
    let seed = UInt64(try arguments.int("seed", in: 0...Int.max) ?? 0)
    let inputs = try CompareInputs(arguments)
    let (contenders, notices) = try inputs.contenders(folds: folds)
    let scoring = CompareScoring(
      contenders: contenders, files: inputs.paths, folds: folds, k: k, seed: seed,
      fold: try arguments.int("fold", in: 1...STL10.foldCount))
    try scoring.check(severalClasses: inputs.isMultiLabel)
    try report?.prepare()
    notices.forEach(Terminal.note)
    let result = try Job("compare", unit: "columns").run { (job) throws(MVError) in
      try inputs.isMultiLabel ? scoring.byPrecision(job) : scoring.byAccuracy(job)
    }
    result.notices.forEach(Terminal.note)
    let output = TableOutput(
      result.table, caption: result.caption, csv: result.csv, markdown: result.markdown, latex: result.latex)
    try output.write(arguments)
    if let report {
      let title = "Features of \(inputs.names.joined(separator: ", "))"
      try result.page(title, report.kind, facts(result.record)).write(to: report)
      Terminal.message("report: \(report.page.path)")
    }
    if arguments.has("json") {
      try Terminal.result(String(decoding: try result.record.adding(to: result.json), as: UTF8.self))
    } else {
      try output.show()
    }
  }

  private static func facts(_ record: EvaluationRecord) -> FactList {
    var facts = FactList()
    facts.add("features of", record.files)
    facts.add("representations", record.representations.joined(separator: ", "))
    facts.add(
      "rows",
      record.trainSplit == record.testSplit
        ? "\(record.trainSplit), \(record.division)"
        : "\(record.trainSplit) to learn from, \(record.testSplit) to score")
    facts.add(
      "settings", record.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
    facts.add("seed", "\(record.seed)")
    facts.add("command", Provenance.commandLine)
    facts.add("software", Provenance.versions.joined(separator: ", "))
    return facts
  }
}
