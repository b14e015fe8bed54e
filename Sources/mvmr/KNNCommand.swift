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
      .option("metric", "METRIC", "cosine or euclidean", default: "cosine"),
      .option("weighting", "HOW", "dino, majority or inverse-distance", default: "dino"),
      .option("neighbours", "FILE.npy", "write the rows of the nearest neighbours, nearest first"),
      .flag("json", "print one JSON object"),
    ] + ReportRequest.options
  ) { (arguments) throws(MVError) in
    let pair = try EvaluationArguments.pair(arguments)
    let report = try ReportRequest(arguments, kind: "knn", pair)
    let given = try arguments.ints("k", in: 1...100_000)
    let available: Int
    switch pair {
    case .splits(let train, _): available = train.rows.count
    case .single(let all): available = all.rows.count - 1
    }
    // The default list is cut to what a small set has; a k that was asked for is never changed.
    let k = given.isEmpty ? [10, 20, 100, 200].filter { $0 <= available } : given
    let temperatures = try arguments.doubles("temperature", in: 1e-6...1e6)
    let classifier = NearestNeighbors(
      k: k.isEmpty ? [max(1, available)] : k, temperatures: temperatures.isEmpty ? [0.07] : temperatures,
      metric: try arguments.choice("metric", as: NearestNeighbors.Metric.self) ?? .cosine,
      weighting: try arguments.choice("weighting", as: NearestNeighbors.Weighting.self) ?? .dino)
    if let notice = pair.notice(heldOut: false) { Terminal.message("note: \(notice)") }
    let bar = ProgressBar("knn", unit: "rows")
    let scores: NearestNeighborScores
    switch pair {
    case .splits(let train, let test): scores = try classifier.evaluate(train: train, test: test) { bar.update($0) }
    case .single(let all): scores = try classifier.evaluate(leavingOneOut: all) { bar.update($0) }
    }
    bar.finish()
    if let path = arguments["neighbours"] {
      let found: Neighbors
      switch pair {
      case .splits(let train, let test): found = try classifier.search(train: train, queries: test)
      case .single(let all): found = try classifier.search(leavingOneOut: all)
      }
      try NumPyArray.write(
        found.rows, shape: [found.queries.count, found.k], element: .int32, to: URL(filePath: path))
    }
    let names = try EvaluationArguments.classNames(arguments)
    let table = { () throws(MVError) in try ResultTable.csv(scores, names: names) }
    try EvaluationArguments.writeTable(arguments, table)
    try report?.write(
      title: "k-NN", heldOut: false, csv: table, json: { () throws(MVError) in try scores.json(names: names) },
      scores: { (page) throws(MVError) in try page.add(scores) })
    if arguments.has("json") {
      print(String(decoding: try scores.json(names: names), as: UTF8.self))
      return
    }
    var lines = TextTable("k", "T", "top-1", "top-5", "balanced", "95 % interval")
    for result in scores.results {
      let report = try scores.report(of: result)
      let interval = report.interval()
      lines.add(
        "\(result.k)", result.temperature.map { "\($0)" } ?? "-", Percent(result.top1).description,
        Percent(result.top5).description, Percent(report.balancedAccuracy).description,
        "\(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))")
    }
    print(lines.text)
    print(
      "\(scores.trainRows) train rows, \(scores.testRows.count) test rows, \(scores.classCount) classes, "
        + "\(scores.metric.rawValue), \(ProgressBar.duration(scores.seconds))")
  }
}
