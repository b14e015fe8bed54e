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
        mvmr knn features.h5 --each --k 20
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
    let file = try EvaluationArguments.file(arguments)
    let names = try EvaluationArguments.representations(arguments, of: file)
    guard !arguments.has("each") else {
      try runEach(names, arguments, file)
      return
    }
    let pair = try EvaluationArguments.pair(arguments, file, representations: names)
    let folds = try EvaluationArguments.folds(arguments, pair, file)
    if folds != nil, arguments.has("neighbors") {
      throw .usage("--neighbors", "does not go with --folds", remedy: "leave one of them out")
    }
    let report = try ReportRequest(arguments, kind: "knn", pair, of: file, names, folds: folds)
    let classifier = try classifier(arguments, for: pair, folds)
    try EvaluationArguments.printNotices(of: pair, heldOut: false, folds: folds, arguments, file)
    try report?.prepare()
    let scores = try Job("knn", unit: "rows").run { (job) throws(MVError) in
      try evaluate(classifier, pair, folds, cancellation: job.cancellation, progress: job.progress)
    }
    ZeroRows.notice(of: scores.zeroRows, in: file.url.relativePath).map(Terminal.note)
    if let path = arguments["neighbors"] {
      try writeNeighbors(of: pair, found: classifier, to: URL(filePath: path))
    }
    try output(of: scores, classifier, pair, folds, names, arguments, file).write(arguments, report)
  }

  /// Scores each representation on its own.
  private static func runEach(
    _ names: [String], _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) {
    try EachOutput.check(arguments)
    var table = TextTable("features", "k", "T", "top-1", "top-5", "balanced", "95 % interval")
    var outputs: [(String, EvaluationOutput)] = []
    var zeroRows: [ZeroRows] = []
    for name in names {
      let pair = try EvaluationArguments.pair(arguments, file, representations: [name])
      let folds = try EvaluationArguments.folds(arguments, pair, file)
      let classifier = try classifier(arguments, for: pair, folds)
      if outputs.isEmpty {
        try EvaluationArguments.printNotices(of: pair, heldOut: false, folds: folds, arguments, file)
      }
      let scores = try Job("knn \(name)", unit: "rows").run { (job) throws(MVError) in
        try evaluate(classifier, pair, folds, cancellation: job.cancellation, progress: job.progress)
      }
      zeroRows += scores.zeroRows
      for cells in try cells(of: scores) { table.add(row: [name] + cells) }
      outputs.append((name, try output(of: scores, classifier, pair, folds, [name], arguments, file)))
    }
    ZeroRows.notice(of: zeroRows, in: file.url.relativePath).map(Terminal.note)
    try EachOutput(outputs: outputs).write(arguments, table: table)
  }

  private static func evaluate(
    _ classifier: NearestNeighbors, _ pair: EvaluationPair, _ folds: Folds?, cancellation: Cancellation,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) -> NearestNeighborScores {
    switch (pair, folds) {
    case (.splits(let train, let test), _):
      try classifier.evaluate(train: train, test: test, cancellation: cancellation, progress: progress)
    case (.single(let all), let folds?):
      try classifier.evaluate(all, in: folds, cancellation: cancellation, progress: progress)
    case (.single(let all), nil):
      try classifier.evaluate(leavingOneOut: all, cancellation: cancellation, progress: progress)
    }
  }

  private static func output(
    of scores: NearestNeighborScores, _ classifier: NearestNeighbors, _ pair: EvaluationPair, _ folds: Folds?,
    _ representations: [String], _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) -> EvaluationOutput {
    let names = file.classNames
    let record = try EvaluationArguments.record(
      arguments, pair, folds: folds, heldOut: false, representations: representations,
      settings: [
        "k": .list(classifier.k.map { .int($0) }), "metric": .string(classifier.metric.rawValue),
        "weighting": .string(classifier.weighting.rawValue),
        "temperature": .list(classifier.temperatures.map { .double($0) }),
      ])
    return EvaluationOutput(
      title: "k-NN", heldOut: false, record: record,
      table: { () throws(MVError) in try ResultTable.csv(scores, names: names) },
      object: { () throws(MVError) in try scores.json(names: names) },
      scores: { (page) throws(MVError) in try page.add(scores) },
      summary: { () throws(MVError) in try summary(of: scores) })
  }

  /// The classifier that the arguments ask for.
  private static func classifier(
    _ arguments: ParsedArguments, for pair: EvaluationPair, _ folds: Folds?
  ) throws(MVError) -> NearestNeighbors {
    let given = try arguments.ints("k", in: 1...100_000)
    let available: Int
    switch (pair, folds) {
    case (.splits(let train, _), _): available = try train.labeled().rows.count
    case (.single, let folds?): available = folds.mostNeighbors
    case (.single(let all), nil): available = try all.labeled().rows.count - 1
    }
    if let most = given.max(), most > available {
      throw .usage(
        "--k \(most)", "is more than the \(available) rows that can vote", remedy: "give \(available) at most")
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
    for cells in try cells(of: scores) { lines.add(row: cells) }
    return lines.text
      + "\n\(scores.trainRows) train rows, \(scores.testRows.count) test rows, \(scores.classCount) classes, "
      + "\(scores.metric.rawValue), \(ProgressBar.duration(scores.seconds))"
  }

  /// The cells of every k and temperature.
  private static func cells(of scores: NearestNeighborScores) throws(MVError) -> [[String]] {
    try scores.results.map { (result) throws(MVError) in
      let report = try scores.report(of: result)
      let interval = report.interval()
      return [
        "\(result.k)", result.temperature.map { "\($0)" } ?? "-", Percent(result.top1).description,
        Percent(result.top5).description, Percent(report.balancedAccuracy).description,
        "\(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))",
      ]
    }
  }
}
