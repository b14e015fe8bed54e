public import Foundation
public import MVCore
internal import MVFiles

extension ClassificationReport {
  /// The report as one JSON object: top1, top5, balanced_accuracy, interval (95 %), rows, per_class, confusion.
  ///
  /// Classes are called by `names`, or by their numbers where there are none. Throws where a number is not finite.
  public func json(names: [String] = []) throws(MVError) -> Data {
    try CanonicalJSON.data(document(names: names))
  }

  func document(names: [String]) -> ClassificationDocument {
    let interval = interval()
    return ClassificationDocument(
      top1: top1, top5: top5, balanced_accuracy: balancedAccuracy,
      interval: [interval.lowerBound, interval.upperBound], rows: classes.count,
      per_class: (0..<classCount).map {
        .init(class: name($0, names), rows: counts[$0], accuracy: classAccuracies[$0])
      },
      confusion: (0..<classCount).map { Array(confusion[$0 * classCount..<($0 + 1) * classCount]) })
  }

  /// CSV with one line per class: class, rows, accuracy (empty for a class without rows).
  public func csv(names: [String] = []) -> String {
    var lines = ["class,rows,accuracy"]
    for label in 0..<classCount {
      lines.append("\(csvField(name(label, names))),\(counts[label]),\(classAccuracies[label].map { "\($0)" } ?? "")")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The confusion matrix as CSV: one line per class, one column per prediction.
  public func confusionCSV(names: [String] = []) -> String {
    var lines = [(["class"] + (0..<classCount).map { csvField(name($0, names)) }).joined(separator: ",")]
    for label in 0..<classCount {
      let row = confusion[label * classCount..<(label + 1) * classCount].map { "\($0)" }
      lines.append(([csvField(name(label, names))] + row).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Everything in the report, one value per line, for ``ResultTable``; of the confusion matrix the non-zero counts.
  func lines(setting: String, names: [String]) -> [String] {
    let interval = interval()
    var lines: [String] = []
    func add(_ measure: String, _ value: String, _ label: Int? = nil, _ prediction: Int? = nil) {
      let fields = [label, prediction].map { $0.map { csvField(name($0, names)) } ?? "" }
      lines.append("\(csvField(setting)),\(measure),\(fields[0]),\(fields[1]),\(value)")
    }
    add("top1", "\(top1)")
    if let top5 { add("top5", "\(top5)") }
    add("balanced_accuracy", "\(balancedAccuracy)")
    add("interval_low", "\(interval.lowerBound)")
    add("interval_high", "\(interval.upperBound)")
    add("rows", "\(classes.count)")
    for label in 0..<classCount {
      add("class_rows", "\(counts[label])", label)
      if let accuracy = classAccuracies[label] { add("class_accuracy", "\(accuracy)", label) }
    }
    for label in 0..<classCount {
      for prediction in 0..<classCount where confusion[label * classCount + prediction] > 0 {
        add("confusion", "\(confusion[label * classCount + prediction])", label, prediction)
      }
    }
    return lines
  }

  private func name(_ label: Int, _ names: [String]) -> String { label < names.count ? names[label] : "\(label)" }
}

/// Quotes a field of a CSV file as RFC 4180 asks.
func csvField(_ field: String) -> String {
  guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
  return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
