internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVReports
internal import MVStore

extension Command {
  /// `mvmr knn`: nearest-neighbor accuracy of representations.
  static let knn = Command(
    "knn", summary: "Score representations by exact k-nearest-neighbour classification",
    discussion: """
      The protocol of DINO by default: cosine similarity, votes weighted by exp(similarity / T), T = 0.07. Several
      representations are normalised each on its own and joined. Without a test split, each row is left out in turn.

      Examples:
        mvmr knn features.h5 --representation hog
        mvmr knn features.h5 --representation hog --representation color --k 1,5,20 --metric euclidean
        mvmr knn features.h5 --representation hog --report hog-knn
      """,
    arguments: EvaluationArguments.options + [
      .option("k", "K[,K...]", "numbers of neighbours", default: "10,20,100,200", repeated: true),
      .option("temperature", "T[,T...]", "temperatures of DINO's weights", default: "0.07", repeated: true),
      .choice("metric", of: NearestNeighbors.Metric.self, "how close two rows are", default: .cosine),
      .choice("weighting", of: NearestNeighbors.Weighting.self, "what a neighbor's vote weighs", default: .dino),
      .option(
        "neighbors", "FILE.npy", "write the rows of the nearest labeled neighbors, nearest first",
        formerly: "neighbours", output: .stream(["npy"])),
      .flag("json", "print one JSON object"),
    ] + ReportRequest.options
  ) { (arguments) throws(MVError) in
    let pair = try EvaluationArguments.pair(arguments)
    let report = try ReportRequest(arguments, kind: "knn", pair)
    let classifier = try classifier(arguments, for: pair)
    try EvaluationArguments.printNotices(of: pair, heldOut: false, arguments)
    let scores = try Job("knn", unit: "rows").run { (job) throws(MVError) -> NearestNeighborScores in
      switch pair {
      case .splits(let train, let test):
        try classifier.evaluate(train: train, test: test, cancellation: job.cancellation, progress: job.progress)
      case .single(let all):
        try classifier.evaluate(leavingOneOut: all, cancellation: job.cancellation, progress: job.progress)
      }
    }
    if let path = arguments["neighbors"] {
      try writeNeighbors(of: pair, found: classifier, to: URL(filePath: path))
    }
    let names = try EvaluationArguments.classNames(arguments)
    let output = EvaluationOutput(
      title: "k-NN", heldOut: false, csv: { () throws(MVError) in try ResultTable.csv(scores, names: names) },
      json: { () throws(MVError) in try scores.json(names: names) },
      scores: { (page) throws(MVError) in try page.add(scores) },
      summary: { () throws(MVError) in try summary(of: scores) })
    try output.write(arguments, report)
  }

  /// The classifier that the arguments ask for.
  private static func classifier(
    _ arguments: ParsedArguments, for pair: EvaluationPair
  ) throws(MVError) -> NearestNeighbors {
    let given = try arguments.ints("k", in: 1...100_000)
    let available =
      switch pair {
      case .splits(let train, _): try train.labeled().rows.count
      case .single(let all): try all.labeled().rows.count - 1
      }
    // The default list is cut to what a small set has; a k that was asked for is never changed.
    let k = given.isEmpty ? [10, 20, 100, 200].filter { $0 <= available } : given
    let temperatures = try arguments.doubles("temperature", in: 1e-6...1e6)
    return NearestNeighbors(
      k: k.isEmpty ? [max(1, available)] : k, temperatures: temperatures.isEmpty ? [0.07] : temperatures,
      metric: try arguments.choice("metric", as: NearestNeighbors.Metric.self) ?? .cosine,
      weighting: try arguments.choice("weighting", as: NearestNeighbors.Weighting.self) ?? .dino)
  }

  /// Writes the rows of the nearest neighbors of every test row: those that can vote, which have a label.
  private static func writeNeighbors(
    of pair: EvaluationPair, found classifier: NearestNeighbors, to url: URL
  ) throws(MVError) {
    let found = try Job("neighbors", unit: "rows").run { (job) throws(MVError) -> Neighbors in
      switch pair {
      case .splits(let train, let test):
        try classifier.search(
          train: try train.labeled(), queries: test, cancellation: job.cancellation, progress: job.progress)
      case .single(let all):
        try classifier.search(leavingOneOut: try all.labeled(), cancellation: job.cancellation, progress: job.progress)
      }
    }
    try NumPyArray.write(found.rows, shape: [found.queries.count, found.k], element: .int32, to: url)
  }

  /// A line for every k and temperature, and one of what was scored.
  private static func summary(of scores: NearestNeighborScores) throws(MVError) -> String {
    var lines = TextTable("k", "T", "top-1", "top-5", "balanced", "95 % interval")
    for result in scores.results {
      let report = try scores.report(of: result)
      let interval = report.interval()
      lines.add(
        "\(result.k)", result.temperature.map { "\($0)" } ?? "-", Percent(result.top1).description,
        Percent(result.top5).description, Percent(report.balancedAccuracy).description,
        "\(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))")
    }
    return lines.text
      + "\n\(scores.trainRows) train rows, \(scores.testRows.count) test rows, \(scores.classCount) classes, "
      + "\(scores.metric.rawValue), \(ProgressBar.duration(scores.seconds))"
  }
}
