internal import Foundation
internal import MVCore

extension SweepResults {
  /// The results in words, for people: a header and a line per variant, the best first, accuracies in percent.
  public var table: (header: [String], rows: [[String]]) {
    (cells.header, cells.rows.map { row in row.map(\.text) })
  }

  /// The table as GitHub's Markdown; the best of a column is bold.
  public var markdown: String { cells.markdown }

  /// The table as LaTeX, for the package booktabs; the best of a column is bold.
  public var latex: String { cells.latex }

  /// A score of every variant under a heading.
  private struct Column {
    let title: String
    let values: [Statistic?]

    var cells: [ComparisonTable.Cell] {
      let best = values.compactMap { $0?.mean }.max()
      return values.map { value in
        ComparisonTable.Cell(text: SweepResults.percent(value), isBold: value != nil && value?.mean == best)
      }
    }
  }

  private var cells: ComparisonTable {
    let variants = ranking
    var columns = [
      Column(title: "k-NN (%)", values: variants.map(\.neighbors)),
      Column(title: "linear probe (%)", values: variants.map(\.probe)),
    ]
    for moment in record.moments {
      columns.append(
        Column(title: "k-NN at \(moment.words)", values: variants.map { $0.logged(moment, \.neighbors) }))
      columns.append(Column(title: "probe at \(moment.words)", values: variants.map { $0.logged(moment, \.probe) }))
    }
    let scored = columns.map(\.cells)
    return ComparisonTable(
      header: ["variant", "runs"] + columns.map(\.title) + ["loss", "seconds"],
      rows: variants.indices.map { row in
        let variant = variants[row]
        return [.init(text: variant.name), .init(text: "\(variant.count)")] + scored.map { $0[row] } + [
          .init(text: Self.text(variant.loss) { String(format: "%.4f", $0) }),
          .init(text: Self.text(variant.seconds) { String(format: $0 < 100 ? "%.1f" : "%.0f", $0) }),
        ]
      }, caption: caption)
  }

  /// A share in percent: `43.20 ± 0.31`.
  static func percent(_ statistic: Statistic?) -> String { text(statistic, ComparisonTable.number) }

  private static func text(_ statistic: Statistic?, _ number: (Double) -> String) -> String {
    guard let statistic else { return "-" }
    return number(statistic.mean) + (statistic.deviation.map { " ± \(number($0))" } ?? "")
  }

  /// CSV with one line per variant, the best first; shares are 0...1, and what there is not is empty.
  public var csv: String {
    let logged = record.moments.flatMap { ["knn_at_\($0)", "probe_at_\($0)"] }
    let measured = ["knn", "probe"] + logged + ["loss", "seconds"]
    var lines = [
      (["variant", "runs"] + measured.flatMap { ["\($0)_mean", "\($0)_deviation"] }
        + ["epochs", "train_split", "test_split", "held_out", "train_rows", "test_rows", "k", "version"])
        .joined(separator: ",")
    ]
    for variant in ranking {
      let moments = record.moments.flatMap { [variant.logged($0, \.neighbors), variant.logged($0, \.probe)] }
      let statistics = [variant.neighbors, variant.probe] + moments + [variant.loss, variant.seconds]
      var fields = [variant.name, "\(variant.count)"]
      for statistic in statistics {
        fields += [statistic.map { "\($0.mean)" } ?? "", statistic?.deviation.map { "\($0)" } ?? ""]
      }
      let scores = variant.scored.first?.scores
      fields.append((variant.runs.compactMap { $0.curve.points.last?.epoch }.max()).map { "\($0)" } ?? "")
      fields += [scores?.scoring.trainSplit ?? "", scores?.scoring.testSplit ?? ""]
      fields += [scores?.scoring.heldOut.map { "\($0)" } ?? "", scores.map { "\($0.trainRows)" } ?? ""]
      fields += [scores.map { "\($0.testRows)" } ?? "", scores.map { "\($0.k)" } ?? "", record.version]
      lines.append(fields.map(csvField).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
