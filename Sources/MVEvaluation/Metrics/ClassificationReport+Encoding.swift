public import Foundation
public import MVCore
internal import MVFiles

extension ClassificationReport {
  /// The report as one JSON object: top1, top5, balanced_accuracy, interval (95 %), rows, per_class, confusion.
  ///
  /// Classes are named by `names`, or by number where there are none.
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

  /// Everything of the report, one value a line, for ``ResultTable``; of the confusion matrix what is not 0.
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

/// A field of a CSV file as RFC 4180 has it.
func csvField(_ field: String) -> String {
  guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
  return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
