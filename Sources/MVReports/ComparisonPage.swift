internal import Foundation
public import MVCore
public import MVEvaluation
public import MVPages

/// A page about a comparison: the table of all features, a chart of it, and what was compared.
public struct ComparisonPage: Sendable {
  /// The file of the chart, beside the page.
  public static let chartName = "comparison.svg"

  /// The page.
  public private(set) var page: Page
  /// The pictures of the page as SVG files, by their names.
  public let figures: [String: String]

  /// Creates the page; `facts` say what was compared, and how.
  public init(title: String, kind: String, comparison: Comparison, facts: FactList) {
    page = Page(title: title, kind: kind)
    page.table(Self.table(of: comparison))
    let chart = Self.chart(of: comparison)
    page.chart(chart)
    page.paragraph(
      "“Below best” is the share of rows that only the best features classify rightly, minus the share that only these "
        + "do, with its 95 % interval (Agresti and Min, 2005). Where the interval holds 0, the choice of test rows could "
        + "explain the difference.")
    page.heading("What was compared")
    page.facts(facts)
    figures = [Self.chartName: chart.svg]
  }

  /// Creates the page of a comparison of images with several classes each; `facts` say what was compared, and how.
  public init(title: String, kind: String, comparison: MultiLabelComparison, facts: FactList) {
    page = Page(title: title, kind: kind)
    let entries = comparison.ranking
    page.table(
      PageTable(
        columns: [
          .init("features"), .init("columns"), .init("k-NN mAP (%)", best: .largest, digits: 2),
          .init("11-point (%)", digits: 2), .init("linear probe mAP (%)", best: .largest, digits: 2),
          .init("11-point (%)", digits: 2),
        ],
        rows: entries.map { entry in
          [.text(entry.name), .count(entry.columns)]
            + [entry.neighbors, entry.probe].flatMap {
              [PageTable.Cell.number($0.map * 100), .number($0.mapElevenPoint * 100)]
            }
        }, caption: comparison.caption))
    let chart = BarChart(
      labels: entries.map(\.name),
      series: [
        .init("k-NN", entries.map { $0.neighbors.map * 100 }),
        .init("linear probe", entries.map { $0.probe.map * 100 }),
      ], title: "mAP (%)", caption: "Mean over classes of the area under the precision envelope.", digits: 1)
    page.chart(chart)
    page.heading("What was compared")
    page.facts(facts)
    figures = [Self.chartName: chart.svg]
  }

  /// Writes the page and its figures into a folder; throws where one cannot be written.
  public func write(to folder: ReportFolder) throws(MVError) {
    try folder.write(page)
    for (name, svg) in figures { try folder.write(svg, as: name) }
  }

  private static func table(of comparison: Comparison) -> PageTable {
    func cells(_ score: Comparison.Score) -> [PageTable.Cell] {
      let below = score.difference.map {
        String(format: "%.2f (%.2f – %.2f)", $0.value * 100, $0.low * 100, $0.high * 100)
      }
      return [
        .number(score.top1 * 100),
        .text(String(format: "%.2f – %.2f", score.interval.lowerBound * 100, score.interval.upperBound * 100)),
        .text(below ?? (score.isBest ? "best" : "other rows")),
      ]
    }
    return PageTable(
      columns: [
        .init("features"), .init("columns"), .init("k-NN (%)", best: .largest, digits: 2), .init("95 % interval"),
        .init("below best"), .init("linear probe (%)", best: .largest, digits: 2), .init("95 % interval"),
        .init("below best"),
      ],
      rows: comparison.ranking.map { entry in
        [.text(entry.name), .count(entry.columns)] + cells(entry.neighbors) + cells(entry.probe)
      }, caption: comparison.caption)
  }

  private static func chart(of comparison: Comparison) -> BarChart {
    let entries = comparison.ranking
    func series(_ name: String, _ score: (Comparison.Entry) -> Comparison.Score) -> BarChart.Series {
      BarChart.Series(
        name, entries.map { score($0).top1 * 100 },
        intervals: entries.map {
          let interval = score($0).interval
          return interval.lowerBound * 100...interval.upperBound * 100
        })
    }
    return BarChart(
      labels: entries.map(\.name), series: [series("k-NN", \.neighbors), series("linear probe", \.probe)],
      title: "top-1 (%)", caption: "Top-1 accuracy; lines are 95 % intervals.", digits: 1)
  }
}
