public import Foundation
public import MVCore
internal import MVFiles

extension ClassificationReport {
  /// The report as one JSON object: top1, top5, balanced_accuracy, interval (95 %), rows, per_class, confusion.
  ///
  /// Classes are called by `names`, class i by the i-th, or by their own values where there is none. The confusion
  /// matrix is a list of the pairs that occur. Throws where a number is not finite.
  public func json(names: [String] = []) throws(MVError) -> Data {
    try CanonicalJSON.data(document(names: names))
  }

  func document(names: [String]) -> ClassificationDocument {
    let interval = interval()
    return ClassificationDocument(
      top1: top1, top5: top5, balanced_accuracy: balancedAccuracy,
      interval: [interval.lowerBound, interval.upperBound], rows: classes.count,
      per_class: labels.indices.map {
        .init(class: name(labels[$0], names), label: labels[$0], rows: counts[$0], accuracy: classAccuracies[$0])
      },
      confusion: confusion.map {
        .init(class: name($0.truth, names), prediction: name($0.prediction, names), rows: $0.count)
      })
  }

  /// CSV with one line per class: class, rows, accuracy (empty for a class without rows).
  public func csv(names: [String] = []) -> String {
    var lines = ["class,rows,accuracy"]
    for (place, label) in labels.enumerated() {
      lines.append(
        "\(csvField(name(label, names))),\(counts[place]),\(classAccuracies[place].map { "\($0)" } ?? "")")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The confusion matrix as CSV, one line per pair of classes that occurs: class, prediction, rows.
  public func confusionCSV(names: [String] = []) -> String {
    let lines = confusion.map {
      "\(csvField(name($0.truth, names))),\(csvField(name($0.prediction, names))),\($0.count)"
    }
    return (["class,prediction,rows"] + lines).joined(separator: "\n") + "\n"
  }

  /// Everything in the report, one value per line, for ``ResultTable``; of the confusion matrix the non-zero counts.
  func lines(setting: String, names: [String]) -> [String] {
    let interval = interval()
    var lines: [String] = []
    func add(_ measure: String, _ value: String, _ label: Int64? = nil, _ prediction: Int64? = nil) {
      let fields = [label, prediction].map { $0.map { csvField(name($0, names)) } ?? "" }
      lines.append("\(csvField(setting)),\(measure),\(fields[0]),\(fields[1]),\(value)")
    }
    add("top1", "\(top1)")
    if let top5 { add("top5", "\(top5)") }
    add("balanced_accuracy", "\(balancedAccuracy)")
    add("interval_low", "\(interval.lowerBound)")
    add("interval_high", "\(interval.upperBound)")
    add("rows", "\(classes.count)")
    for (place, label) in labels.enumerated() {
      add("class_rows", "\(counts[place])", label)
      if let accuracy = classAccuracies[place] { add("class_accuracy", "\(accuracy)", label) }
    }
    for pair in confusion { add("confusion", "\(pair.count)", pair.truth, pair.prediction) }
    return lines
  }

  private func name(_ label: Int64, _ names: [String]) -> String { className(label, among: names) }
}

/// A field of a CSV file: quoted as RFC 4180 asks, and disarmed.
///
/// Spreadsheets take what begins with `=`, `+`, `-` or `@`, or with their wide forms, for a formula, unless it is a
/// number: such a text gets an apostrophe before it. Some take semicolons for commas: those are quoted, too. Control
/// characters are written out.
func csvField(_ field: String) -> String {
  var field = VisibleText.text(field, keepingLines: false)
  let first = field.unicodeScalars.first { !$0.properties.isWhitespace }
  if let first, "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first), Double(field) == nil {
    field = "'" + field
  }
  guard field.contains(where: { ",;\"\t".contains($0) || $0.isNewline }) else { return field }
  return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}

/// The name of a class: its own value where `names` has none for it.
func className(_ label: Int64, among names: [String]) -> String {
  label >= 0 && label < names.count ? names[Int(label)] : "\(label)"
}
