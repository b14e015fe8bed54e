public import MVEvaluation
public import MVPages

extension Page {
  /// Adds the confusion matrix of `report`; class i is called by the i-th of `names`, else by its own value.
  public mutating func confusion(of report: ClassificationReport, names: [String] = [], caption: String = "") {
    let places = Dictionary(uniqueKeysWithValues: zip(report.labels, 0...))
    let cells = report.confusion.map { pair in
      ConfusionMatrix.Cell(
        truth: places[pair.truth] ?? 0, prediction: places[pair.prediction] ?? 0, count: pair.count)
    }
    confusion(
      ConfusionMatrix(names: report.labels.map { $0 < names.count ? names[Int($0)] : "\($0)" }, cells: cells),
      caption: caption)
  }
}
