internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVFiles
internal import MVReports
internal import MVStore

/// `mvmr evaluate` of images with several classes each: one linear classifier a class, mean average precision.
struct MultiLabelEvaluation {
  private let pair: EvaluationPair
  private let file: FeatureFile
  private let network: EmbeddingNetwork
  private let splits: EvaluationSplits
  private let probe: FittedMultiLabelProbe
  private let scores: MultiLabelScores

  /// Throws a usage error where an option does not go with several classes an image, or there is no test split.
  static func check(_ arguments: ParsedArguments, _ splits: EvaluationSplits) throws(MVError) {
    for option in ["k", "metric", "lambda", "protocol", "folds", "head"] where arguments.has(option) {
      throw .usage("--\(option)", "is for images of one class each", remedy: "leave it out: these have several")
    }
    guard splits.test == nil else { return }
    throw .usage(
      "split \(splits.train)", "is the only one with labels, and has several classes an image",
      remedy: "name one to score by --test-split")
  }

  /// Fits and scores the classifiers; throws where there is no test split, or the work is interrupted.
  init(
    _ pair: EvaluationPair, _ file: FeatureFile, _ network: EmbeddingNetwork, _ splits: EvaluationSplits
  ) throws(MVError) {
    (self.pair, self.file, self.network, self.splits) = (pair, file, network, splits)
    let (train, test) = try pair.heldOut()
    probe = try Job("probe", unit: "fits").run { [file] (job) throws(MVError) in
      try MultiLabelProbe().fit(
        train, classNames: file.classNames, cancellation: job.cancellation, progress: job.progress)
    }
    if !probe.unfitted.isEmpty {
      Terminal.note("no classifier for \(probe.unfitted.joined(separator: ", ")): in no train row, or in every one")
    }
    scores = try probe.score(test, cancellation: Interruption.cancellation)
  }

  /// Writes the page and prints the result.
  func write(_ target: ReportFolder, _ arguments: ParsedArguments) throws(MVError) {
    var report = EvaluationPage(
      title: "Embeddings of \(network.source.contents.name)", kind: target.kind, file: file,
      representations: ["embedding"], pair: pair, heldOut: true, origin: try network.origin(),
      settings: "loss=\(probe.loss.rawValue)", command: Provenance.commandLine, software: Provenance.versions)
    report.add(probe, scores)
    try report.addGallery(try RowImages(network.source, matching: file, splits: pair.splitNames))
    try target.write(report.page)
    if arguments.has("json") {
      let record = EvaluationRecord(
        files: [file.url.relativePath], representations: ["embedding"], trainSplit: splits.train,
        testSplit: splits.test ?? splits.train, division: "test split",
        settings: ["loss": .string(probe.loss.rawValue)], seed: 0, version: Version.text)
      let numbers = Numbers(map: scores.map, map_eleven_point: scores.mapElevenPoint, test_rows: scores.testRows)
      try Terminal.result(
        String(decoding: try record.adding(to: try CanonicalJSON.data(numbers)), as: UTF8.self))
    } else {
      try Terminal.result(
        "mAP \(Percent(scores.map))  11-point \(Percent(scores.mapElevenPoint))\nreport: \(target.page.path)")
    }
  }

  private struct Numbers: Encodable {
    let map: Double
    let map_eleven_point: Double
    let test_rows: Int
  }
}
