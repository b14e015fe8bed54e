public import MVCore
public import MVEvaluation
public import MVPages

/// A page about a sweep: the table of its variants, a chart of it, and the curves of the runs.
public struct SweepPage: Sendable {
  /// The kind of the page.
  public static let kind = "sweep"
  /// The file of the chart, beside the page.
  public static let chartName = "sweep.svg"
  /// More curves than this cannot be told apart.
  private static let mostCurves = 10

  /// The page.
  public private(set) var page: Page
  /// The pictures of the page as SVG files, by their names.
  public let figures: [String: String]

  /// Creates the page.
  public init(title: String, _ results: SweepResults) {
    page = Page(title: title, kind: Self.kind)
    let variants = results.ranking
    let table = results.table
    page.table(
      PageTable(
        columns: table.header.map { .init($0) }, rows: table.rows.map { row in row.map { .text($0) } },
        caption: results.caption))
    let scored = variants.filter { !$0.scored.isEmpty }
    if scored.isEmpty {
      figures = [:]
    } else {
      let chart = Self.chart(of: scored)
      page.chart(chart)
      figures = [Self.chartName: chart.svg]
    }
    page.heading("Curves")
    let drawn = Array(variants.prefix(Self.mostCurves))
    if drawn.count < variants.count {
      page.paragraph("Those of the \(drawn.count) best variants of \(variants.count).")
    }
    add(curves: drawn, "loss", "The mean loss of an epoch, over seeds. Losses of other kinds do not compare.", \.loss)
    let note = "Over seeds, on training images whose labels the scores hold out; never test images."
    add(curves: drawn, "k-NN (%)", note) { $0.neighbors.map { $0 * 100 } }
    add(curves: drawn, "linear probe (%)", note) { $0.probe.map { $0 * 100 } }
    add(curves: drawn, "linear probe (%)", "The same over the time of training.", byTime: true) {
      $0.probe.map { $0 * 100 }
    }
    page.heading("What was run")
    page.facts(Self.facts(of: results))
  }

  /// Writes the page and its figures into a folder; throws where one cannot be written.
  public func write(to folder: ReportFolder) throws(MVError) {
    try folder.write(page)
    for (name, svg) in figures { try folder.write(svg, as: name) }
  }

  private static func facts(of results: SweepResults) -> FactList {
    let record = results.record
    var facts = FactList()
    facts.add("runs", results.variants.flatMap { variant in variant.runs.map(\.folder) })
    if let scoring = record.scoring {
      facts.add(
        "rows",
        scoring.testSplit.map { "\(scoring.trainSplit) to learn from, \($0) to score" }
          ?? "\(scoring.trainSplit), a part of it held out to score")
    }
    facts.add("at once", "\(record.jobs)")
    facts.add("command", record.command)
    facts.add("software", record.version)
    return facts
  }

  /// Adds a chart with a curve a variant: the mean of its runs at each epoch that all of them have.
  private mutating func add(
    curves variants: [SweepResults.Variant], _ title: String, _ caption: String, byTime: Bool = false,
    _ value: (SweepCurve.Point) -> Double?
  ) {
    let series = variants.compactMap { variant -> LineChart.Series? in
      let runs = variant.runs.map { $0.curve.points.filter { value($0) != nil } }.filter { !$0.isEmpty }
      guard let count = runs.map(\.count).min() else { return nil }
      func mean(_ number: (SweepCurve.Point) -> Double) -> [Double] {
        (0..<count).map { place in runs.reduce(0) { $0 + number($1[place]) } / Double(runs.count) }
      }
      return LineChart.Series(
        variant.name, x: mean { byTime ? $0.seconds : Double($0.epoch) }, y: mean { value($0) ?? .nan })
    }
    guard !series.isEmpty else { return }
    page.chart(LineChart(series, xTitle: byTime ? "seconds of training" : "epoch", yTitle: title, caption: caption))
  }

  private static func chart(of variants: [SweepResults.Variant]) -> BarChart {
    func series(_ name: String, _ score: (SweepResults.Variant) -> SweepResults.Statistic?) -> BarChart.Series {
      let statistics = variants.compactMap(score)
      return BarChart.Series(
        name, statistics.map { $0.mean * 100 },
        intervals: statistics.map { statistic in
          let deviation = statistic.deviation ?? 0
          return max(0, statistic.mean - deviation) * 100...max(0, statistic.mean + deviation) * 100
        })
    }
    return BarChart(
      labels: variants.map(\.name), series: [series("k-NN", \.neighbors), series("linear probe", \.probe)],
      title: "top-1 (%)", caption: "Top-1 accuracy, mean over seeds; lines are one sample deviation up and down.",
      digits: 1)
  }
}
