public import Foundation
public import MVCore
internal import MVFiles

extension NearestNeighborScores {
  private struct Document: Encodable {
    struct Row: Encodable {
      let k: Int
      let temperature: Double?
    }
    let results: [Joined<Row, ClassificationDocument>]
    let metric: String
    let temperature: Double?
    let weighting: String?
    let train_rows: Int
    let test_rows: Int
    let seconds: Double
  }

  /// The scores as one JSON object: results, metric, temperature, train_rows, test_rows, seconds.
  ///
  /// Each result is k and what ``ClassificationReport/json(names:)`` has. With several temperatures each result has its
  /// own; a weighting other than DINO's is named, and has none. Throws where a number is not finite.
  public func json(names: [String] = []) throws(MVError) -> Data {
    let single = Set(results.compactMap(\.temperature)).count == 1
    return try CanonicalJSON.data(
      Document(
        results: results.map { (result) throws(MVError) in
          Joined(
            first: .init(k: result.k, temperature: single ? nil : result.temperature),
            second: try report(of: result).document(names: names))
        },
        metric: metric.rawValue, temperature: single ? results.first?.temperature : nil,
        weighting: weighting == .dino ? nil : weighting.rawValue, train_rows: trainRows, test_rows: testRows.count,
        seconds: seconds))
  }

  /// CSV with one line per result: k, temperature (empty where there is none), top1, top5.
  public var csv: String {
    results.reduce("k,temperature,top1,top5\n") {
      $0 + "\($1.k),\($1.temperature.map { "\($0)" } ?? ""),\($1.top1),\($1.top5)\n"
    }
  }
}

extension ResultTable {
  /// All numbers of k-nearest-neighbor classification: a report for every k and temperature.
  ///
  /// Throws where the predictions do not fit the classes.
  public static func csv(_ scores: NearestNeighborScores, names: [String] = []) throws(MVError) -> String {
    var lines = [header]
    for result in scores.results {
      let temperature = result.temperature.map { " T=\($0)" } ?? ""
      lines += try scores.report(of: result).lines(setting: "k=\(result.k)\(temperature)", names: names)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
