public import Foundation
public import MVCore
internal import MVFiles

extension Comparison {
  private struct Document: Encodable {
    struct Difference: Encodable {
      let value: Double
      let interval: [Double]
      let only_best_right: Int
      let only_this_right: Int
    }
    struct Score: Encodable {
      let top1: Double
      let interval: [Double]
      let balanced_accuracy: Double
      let best: Bool
      let difference: Difference?
    }
    struct Row: Encodable {
      let name: String
      let file: String
      let representations: [String]
      let columns: Int
      let train_split: String
      let test_split: String
      let folds: Int?
      let train_rows: Int
      let test_rows: Int
      let classes: Int
      let k: Int
      let knn: Score
      let probe: Score
    }
    let results: [Row]
    let seed: UInt64
    let seconds: Double
  }

  /// The comparison as one JSON object: results, the best first, seed, seconds.
  ///
  /// Each result names its features and rows, and has knn and probe: top1, interval, balanced_accuracy, best, and the
  /// difference of the best from it. Throws where a number is not finite.
  public func json() throws(MVError) -> Data {
    try CanonicalJSON.data(
      Document(
        results: ranking.map { entry in
          Document.Row(
            name: entry.name, file: entry.file, representations: entry.representations, columns: entry.columns,
            train_split: entry.trainSplit, test_split: entry.testSplit, folds: entry.folds,
            train_rows: entry.trainRows, test_rows: entry.testRows, classes: entry.classCount, k: entry.k,
            knn: Self.document(entry.neighbors), probe: Self.document(entry.probe))
        }, seed: seed, seconds: seconds))
  }

  private static func document(_ score: Score) -> Document.Score {
    Document.Score(
      top1: score.top1, interval: [score.interval.lowerBound, score.interval.upperBound],
      balanced_accuracy: score.balancedAccuracy, best: score.isBest,
      difference: score.difference.map {
        .init(
          value: $0.value, interval: [$0.low, $0.high], only_best_right: $0.onlyFirst,
          only_this_right: $0.onlySecond)
      })
  }

  /// CSV with one line per contender, the best first; shares are 0...1, and a difference that was not taken is empty.
  ///
  /// `version` is that of the program, for the last column.
  public func csv(version: String = "") -> String {
    let measures = ["top1", "low", "high", "balanced", "difference", "difference_low", "difference_high"]
    var lines = [
      (["name", "file", "representations", "columns", "train_split", "test_split", "folds", "train_rows", "test_rows"]
        + ["classes", "k"] + ["knn", "probe"].flatMap { method in measures.map { "\(method)_\($0)" } } + [
          "seed", "version",
        ])
        .joined(separator: ",")
    ]
    for entry in ranking {
      var fields = [entry.name, entry.file, entry.representations.joined(separator: "+"), "\(entry.columns)"]
      fields += [entry.trainSplit, entry.testSplit, entry.folds.map { "\($0)" } ?? ""]
      fields += ["\(entry.trainRows)", "\(entry.testRows)", "\(entry.classCount)", "\(entry.k)"]
      for score in [entry.neighbors, entry.probe] {
        fields += ["\(score.top1)", "\(score.interval.lowerBound)", "\(score.interval.upperBound)"]
        fields.append("\(score.balancedAccuracy)")
        fields += score.difference.map { ["\($0.value)", "\($0.low)", "\($0.high)"] } ?? ["", "", ""]
      }
      lines.append((fields + ["\(seed)", version]).map(csvField).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
