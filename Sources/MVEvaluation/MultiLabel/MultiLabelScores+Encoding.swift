public import Foundation
public import MVCore
internal import MVFiles

extension FittedMultiLabelProbe {
  private struct Document: Encodable {
    let map: Double
    let map_11point: Double
    let ap: [String: Double]
    let ap_11point: [String: Double]
    let lambda: [String: Double]
    let loss: String
    let train_rows: Int
    let test_rows: Int
    let gradient_norm: Double
    let seconds: Double
  }

  /// The probe and its scores as one JSON object, without the weights.
  ///
  /// It has map, ap (by class), both also by 11 points, lambda (by class), loss, train_rows, test_rows, gradient_norm
  /// (the largest) and seconds. Throws where a number is not finite.
  public func json(_ scores: MultiLabelScores) throws(MVError) -> Data {
    func table(_ value: (MultiLabelScores.ClassScore) -> Double?) -> [String: Double] {
      Dictionary(scores.classes.compactMap { entry in value(entry).map { (entry.name, $0) } }) { $1 }
    }
    return try CanonicalJSON.data(
      Document(
        map: scores.map, map_11point: scores.mapElevenPoint, ap: table(\.envelope), ap_11point: table(\.elevenPoint),
        lambda: Dictionary(classifiers.map { (classNames[$0.label], $0.lambda) }) { $1 }, loss: loss.rawValue,
        train_rows: trainRows, test_rows: scores.testRows,
        gradient_norm: classifiers.map(\.gradientNorm).max() ?? 0, seconds: seconds))
  }

  /// CSV with one line per class: class, positives, ap, ap_11point, lambda; a field is empty where there is no value.
  public func csv(_ scores: MultiLabelScores) -> String {
    let penalties = Dictionary(uniqueKeysWithValues: classifiers.map { ($0.label, $0.lambda) })
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return scores.classes.enumerated().reduce("class,positives,ap,ap_11point,lambda\n") { lines, entry in
      let score = entry.element
      return lines + "\(csvField(score.name)),\(score.positives),\(text(score.envelope)),\(text(score.elevenPoint)),"
        + "\(text(penalties[entry.offset]))\n"
    }
  }
}

extension ResultTable {
  /// All numbers of a multi-label probe: the means, and of every class the positives, both precisions and the penalty.
  public static func csv(_ probe: FittedMultiLabelProbe, _ scores: MultiLabelScores) -> String {
    var lines = [header, ",map,,,\(scores.map)", ",map_11point,,,\(scores.mapElevenPoint)"]
    let penalties = Dictionary(uniqueKeysWithValues: probe.classifiers.map { ($0.label, $0.lambda) })
    for (label, score) in scores.classes.enumerated() {
      let name = csvField(score.name)
      lines.append(",positives,\(name),,\(score.positives)")
      for (measure, value) in [("ap", score.envelope), ("ap_11point", score.elevenPoint), ("lambda", penalties[label])]
      {
        if let value { lines.append(",\(measure),\(name),,\(value)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
