internal import Foundation
public import MVCore
public import MVEvaluation
internal import MVPages

extension EvaluationPage {
  /// Adds the scores of k-nearest-neighbor classification, for every k and temperature.
  ///
  /// Later sections show the result of k = 20, or the first one without it: it is named beforehand, not the best on
  /// test. Throws where a report cannot be made of the scores.
  public mutating func add(_ scores: NearestNeighborScores) throws(MVError) {
    page.heading("k nearest neighbours")
    let reports = try scores.results.map { (result) throws(MVError) in try scores.report(of: result) }
    let weights =
      switch scores.weighting {
      case .dino: "votes weighted by exp(similarity / T)"
      case .majority: "one vote each"
      case .inverseDistance: "votes weighted by 1 / distance"
      }
    page.table(
      PageTable(
        columns: [
          .init("k"), .init("T", digits: 3), .init("top-1 (%)", digits: 2), .init("95 % interval"),
          .init("top-5 (%)", digits: 2), .init("balanced (%)", digits: 2),
        ],
        rows: zip(scores.results, reports).map { result, report in
          [
            .count(result.k), result.temperature.map { .number($0) } ?? .empty, .number(result.top1 * 100),
            .text(Self.interval(report)), .number(result.top5 * 100), .number(report.balancedAccuracy * 100),
          ]
        },
        caption:
          "\(scores.metric.rawValue), \(weights); \(scores.trainRows) train and \(scores.testRows.count) test rows, "
          + "\(scores.classCount) classes, \(String(format: "%.1f", scores.seconds)) s."))
    let shown = scores.results.firstIndex { $0.k == 20 } ?? 0
    guard scores.results.indices.contains(shown) else { return }
    metric = scores.metric
    predictions = (scores.testRows, scores.classes, scores.results[shown].predictions)
    addClasses(reports[shown], of: "k-NN with k = \(scores.results[shown].k)")
  }

  /// Adds the scores of a linear probe, and how its penalty was chosen.
  ///
  /// Throws where a report cannot be made of the scores.
  public mutating func add(_ probe: FittedProbe, _ scores: ProbeScores) throws(MVError) {
    page.heading("Linear probe")
    let report = try scores.report()
    page.table(
      PageTable(
        columns: [
          .init("lambda"), .init("top-1 (%)", digits: 2), .init("95 % interval"), .init("top-5 (%)", digits: 2),
          .init("balanced (%)", digits: 2),
        ],
        rows: [
          [
            .text("\(Float(probe.lambda))"), .number(scores.top1 * 100), .text(Self.interval(report)),
            .number(scores.top5 * 100), .number(report.balancedAccuracy * 100),
          ]
        ],
        caption:
          "\(scores.testRows.count) test rows; fitted to \(probe.trainRows) train rows of \(probe.columns) columns"
          + "\(probe.standardized ? ", standardised" : ""), train loss \(Float(probe.trainLoss)), "
          + "gradient norm \(Float(probe.gradientNorm)), \(String(format: "%.1f", probe.seconds)) s."))
    addChoice(probe)
    show(scores)
    addClasses(report, of: "the linear probe")
  }

  private mutating func addChoice(_ probe: FittedProbe) {
    guard probe.candidates.count > 1 else { return }
    page.table(
      PageTable(
        columns: [.init("lambda"), .init("validation top-1 (%)", best: .largest, digits: 2), .init("")],
        rows: probe.candidates.map { candidate in
          [
            .text("\(Float(candidate.lambda))"), candidate.validationTop1.map { .number($0 * 100) } ?? .empty,
            .text(candidate.lambda == probe.lambda ? "chosen" : " "),
          ]
        }, caption: "The penalty was chosen on rows of train that were held out, never on test."))
    let known = probe.candidates.filter { $0.validationTop1 != nil && $0.lambda > 0 }
    guard known.count > 2 else { return }
    page.chart(
      LineChart(
        [.init("", x: known.map(\.lambda), y: known.map { ($0.validationTop1 ?? 0) * 100 })], xTitle: "lambda",
        yTitle: "validation top-1 (%)", logarithmicX: true))
  }

  /// Adds the scores of a published protocol's probe, how its learning rate was chosen, and the loss of each epoch.
  ///
  /// Throws where a report cannot be made of the scores.
  public mutating func add(_ fitted: FittedProtocolProbe, _ scores: ProbeScores) throws(MVError) {
    page.heading("Linear probe, \(fitted.settings.name)")
    let report = try scores.report()
    let chosen =
      switch fitted.selection {
      case .train: "Rate and epoch were chosen on rows of train that were held out, never on test."
      case .test: "Rate and epoch were chosen by accuracy on the test rows, so top-1 is optimistic."
      case .none: "The published rate and number of epochs."
      }
    page.table(
      PageTable(
        columns: [
          .init("rate"), .init("epochs"), .init("top-1 (%)", digits: 2), .init("95 % interval"),
          .init("top-5 (%)", digits: 2), .init("balanced (%)", digits: 2),
        ],
        rows: [
          [
            .text("\(Float(fitted.learningRate))"), .count(fitted.epochs), .number(scores.top1 * 100),
            .text(Self.interval(report)), .number(scores.top5 * 100), .number(report.balancedAccuracy * 100),
          ]
        ],
        caption:
          "\(scores.testRows.count) test rows; trained on \(fitted.probe.trainRows) train rows of "
          + "\(fitted.probe.columns) columns, \(fitted.settings.batchSize) a step, "
          + "\(String(format: "%.1f", fitted.seconds)) s. \(chosen)"))
    if fitted.selection != .none {
      page.table(
        PageTable(
          columns: [.init("rate"), .init("selection top-1 (%)", best: .largest, digits: 2), .init("epoch"), .init("")],
          rows: fitted.candidates.map { candidate in
            [
              .text("\(Float(candidate.learningRate))"), candidate.selectionTop1.map { .number($0 * 100) } ?? .empty,
              candidate.epoch.map { .count($0) } ?? .empty,
              .text(candidate.diverged ? "diverged" : candidate.learningRate == fitted.learningRate ? "chosen" : " "),
            ]
          }, caption: "The learning rates that were tried."))
    }
    if fitted.losses.count > 1 {
      page.chart(
        LineChart(
          [.init("", x: (1...fitted.losses.count).map(Double.init), y: fitted.losses)], xTitle: "epoch",
          yTitle: "train loss"))
    }
    show(scores)
    addClasses(report, of: "the linear probe")
  }

  private mutating func addClasses(_ report: ClassificationReport, of what: String) {
    let names = report.labels.map { name($0) }
    page.heading("Classes, by \(what)")
    guard report.classCount <= Self.mostBars else {
      page.paragraph("\(report.classCount) classes are too many for a bar each; --csv and --json have them all.")
      addConfusions(report, of: what)
      return
    }
    page.bars(
      ClassBars(
        report.classAccuracies.enumerated().map { place, accuracy in
          ClassBars.Bar(names[place], accuracy, detail: "\(report.counts[place]) test rows")
        },
        caption: "The part of each class's test rows that is right, in percent. The mark is the mean over classes, "
          + String(format: "%.1f %%.", report.balancedAccuracy * 100), mark: report.balancedAccuracy))
    addConfusions(report, of: what)
  }

  /// More classes than that make a page that no browser likes to show.
  private static let mostBars = 2000

  private mutating func addConfusions(_ report: ClassificationReport, of what: String) {
    page.heading("Confusion, by \(what)")
    page.confusion(of: report, names: self.names)
    let confusions = report.commonestConfusions()
    guard !confusions.isEmpty else { return }
    page.table(
      PageTable(
        columns: [.init("class"), .init("taken for"), .init("rows"), .init("of its rows (%)")],
        rows: confusions.map {
          [.text(name($0.truth)), .text(name($0.prediction)), .count($0.count), .number($0.share * 100)]
        }, caption: "The commonest confusions."))
  }

  /// Adds the scores of a multi-label probe: the average precision of each class.
  public mutating func add(_ probe: FittedMultiLabelProbe, _ scores: MultiLabelScores) {
    page.heading("Linear classifiers")
    let isHinge = probe.loss == .squaredHinge
    page.table(
      PageTable(
        columns: [.init("mean AP (%)", digits: 2), .init("11-point (%)", digits: 2), .init("test rows")],
        rows: [[.number(scores.map * 100), .number(scores.mapElevenPoint * 100), .text("\(scores.testRows)")]],
        caption: "One classifier a class (\(probe.loss.rawValue)), fitted to \(probe.trainRows) train rows of "
          + "\(probe.columns) columns, \(String(format: "%.1f", probe.seconds)) s; AP is the area under the precision envelope."
      ))
    page.heading("Average precision of each class")
    page.bars(
      ClassBars(
        scores.classes.map { .init($0.name, $0.envelope, detail: "\($0.positives) test rows") },
        caption: String(format: "In percent. The mark is the mean, %.1f %%.", scores.map * 100), mark: scores.map))
    let chosen = Dictionary(uniqueKeysWithValues: probe.classifiers.map { ($0.label, $0) })
    page.table(
      PageTable(
        columns: [
          .init("class"), .init("test rows"), .init("AP (%)"), .init("11-point (%)"), .init(isHinge ? "C" : "lambda"),
          .init("validation AP (%)"),
        ],
        rows: scores.classes.enumerated().map { label, score in
          let classifier = chosen[label]
          let lambda = classifier.map { "\(Float(isHinge ? 1 / $0.lambda : $0.lambda))" }
          return [
            .text(score.name), .count(score.positives), score.envelope.map { .number($0 * 100) } ?? .empty,
            score.elevenPoint.map { .number($0 * 100) } ?? .empty, lambda.map { .text($0) } ?? .empty,
            classifier?.validation?.max().map { .number($0 * 100) } ?? .empty,
          ]
        }, caption: "The penalty of each class was chosen by cross-validation on train."))
  }

  private static func interval(_ report: ClassificationReport) -> String {
    let interval = report.interval()
    return String(format: "%.2f – %.2f", interval.lowerBound * 100, interval.upperBound * 100)
  }
}
