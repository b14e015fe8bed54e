public import Foundation
public import MVCore

extension ClassificationReport {
  private struct Document: Encodable {
    let top1: Double
    let top5: Double?
    let balanced_accuracy: Double
    let interval: [Double]
    let rows: Int
    let per_class: [ClassRow]
    let confusion: [[Int]]
  }

  private struct ClassRow: Encodable {
    let `class`: String
    let rows: Int
    let accuracy: Double?
  }

  /// The report as one JSON object: top1, top5, balanced_accuracy, interval (95 %), rows, per_class, confusion.
  ///
  /// Classes are named by `names`, or by number where there are none.
  public func json(names: [String] = []) throws(MVError) -> Data {
    let interval = interval()
    return try encodeJSON(
      Document(
        top1: top1, top5: top5, balanced_accuracy: balancedAccuracy,
        interval: [interval.lowerBound, interval.upperBound], rows: classes.count,
        per_class: (0..<classCount).map {
          ClassRow(class: name($0, names), rows: counts[$0], accuracy: classAccuracies[$0])
        },
        confusion: (0..<classCount).map { Array(confusion[$0 * classCount..<($0 + 1) * classCount]) }))
  }

  /// One line a class: class, rows, accuracy (empty for a class without rows).
  public func csv(names: [String] = []) -> String {
    var lines = ["class,rows,accuracy"]
    for label in 0..<classCount {
      lines.append("\(csvField(name(label, names))),\(counts[label]),\(classAccuracies[label].map { "\($0)" } ?? "")")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The confusion matrix: one line a class, one column a prediction.
  public func confusionCSV(names: [String] = []) -> String {
    var lines = [(["class"] + (0..<classCount).map { csvField(name($0, names)) }).joined(separator: ",")]
    for label in 0..<classCount {
      let row = confusion[label * classCount..<(label + 1) * classCount].map { "\($0)" }
      lines.append(([csvField(name(label, names))] + row).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func name(_ label: Int, _ names: [String]) -> String { label < names.count ? names[label] : "\(label)" }
}

/// A field of a CSV file as RFC 4180 has it.
func csvField(_ field: String) -> String {
  guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
  return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
