public import Foundation
public import MVCore
internal import MVFiles

extension MultiLabelComparison {
  private struct Document: Encodable {
    struct Score: Encodable {
      let map: Double
      let map_eleven_point: Double
      let best: Bool
    }
    struct Row: Encodable {
      let name: String
      let file: String
      let representations: [String]
      let columns: Int
      let train_split: String
      let test_split: String
      let train_rows: Int
      let test_rows: Int
      let classes: Int
      let k: Int
      let knn: Score
      let probe: Score
    }
    let results: [Row]
    let seconds: Double
  }

  /// The comparison as one JSON object: results, the best first, and seconds.
  ///
  /// Each result names its features and rows, and has knn and probe: map, map_eleven_point and best. Throws where a
  /// number is not finite.
  public func json() throws(MVError) -> Data {
    func score(_ scores: MultiLabelScores, _ best: Double) -> Document.Score {
      .init(map: scores.map, map_eleven_point: scores.mapElevenPoint, best: scores.map == best)
    }
    return try CanonicalJSON.data(
      Document(
        results: ranking.map { entry in
          Document.Row(
            name: entry.name, file: entry.file, representations: entry.representations, columns: entry.columns,
            train_split: entry.trainSplit, test_split: entry.testSplit, train_rows: entry.trainRows,
            test_rows: entry.probe.testRows, classes: entry.probe.classes.count, k: entry.k,
            knn: score(entry.neighbors, best.neighbors), probe: score(entry.probe, best.probe))
        }, seconds: seconds))
  }

  /// CSV with one line per contender, the best first; shares are 0...1.
  ///
  /// `version` is that of the program, for the last column.
  public func csv(version: String = "") -> String {
    var lines = [
      "name,file,representations,columns,train_split,test_split,train_rows,test_rows,classes,k,knn_map,"
        + "knn_map_eleven_point,probe_map,probe_map_eleven_point,version"
    ]
    for entry in ranking {
      var fields = [entry.name, entry.file, entry.representations.joined(separator: "+"), "\(entry.columns)"]
      fields += [entry.trainSplit, entry.testSplit, "\(entry.trainRows)", "\(entry.probe.testRows)"]
      fields += ["\(entry.probe.classes.count)", "\(entry.k)"]
      for scores in [entry.neighbors, entry.probe] { fields += ["\(scores.map)", "\(scores.mapElevenPoint)"] }
      lines.append((fields + [version]).map(csvField).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var best: (neighbors: Double, probe: Double) {
    (entries.map(\.neighbors.map).max() ?? 0, entries.map(\.probe.map).max() ?? 0)
  }

  /// The comparison in words, for people: a header and a line per contender, in percent.
  public var table: (header: [String], rows: [[String]]) {
    (cells.header, cells.rows.map { row in row.map(\.text) })
  }

  /// The table as GitHub's Markdown; the best of a column is bold.
  public var markdown: String { cells.markdown }

  /// The table as LaTeX, for the package booktabs; the best of a column is bold.
  public var latex: String { cells.latex }

  private var cells: ComparisonTable {
    func cells(_ scores: MultiLabelScores, _ best: Double) -> [ComparisonTable.Cell] {
      [
        .init(text: ComparisonTable.number(scores.map), isBold: scores.map == best),
        .init(text: ComparisonTable.number(scores.mapElevenPoint)),
      ]
    }
    return ComparisonTable(
      header: ["features", "columns", "k-NN mAP (%)", "11-point", "linear probe mAP (%)", "11-point"],
      rows: ranking.map { entry in
        [.init(text: entry.name), .init(text: "\(entry.columns)")] + cells(entry.neighbors, best.neighbors)
          + cells(entry.probe, best.probe)
      }, caption: caption)
  }

  /// What the numbers are, in one sentence or two.
  public var caption: String {
    guard let first = entries.first else { return "" }
    let same = entries.allSatisfy {
      $0.trainRows == first.trainRows && $0.probe.testRows == first.probe.testRows && $0.testSplit == first.testSplit
        && $0.k == first.k
    }
    let rows =
      same
      ? "\(first.trainRows) rows of \(first.trainSplit) learnt from, \(first.probe.testRows) of \(first.testSplit) scored"
      : "each scored on the rows that its file has"
    return "Mean average precision of k-NN with k = \(first.k), cosine, T = 0.07, and of logistic regression for each "
      + "class; \(rows); \(first.probe.classes.count) classes."
  }
}
