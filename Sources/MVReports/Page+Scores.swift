public import MVEvaluation
public import MVPages

extension Page {
  /// Adds the confusion matrix of `report`; `names` holds the name of each class, by label.
  public mutating func confusion(of report: ClassificationReport, names: [String] = [], caption: String = "") {
    confusion(
      ConfusionMatrix(classCount: report.classCount, counts: report.confusion), names: names, caption: caption)
  }
}
