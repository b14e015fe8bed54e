public import MVCore

/// A fitted multi-label probe: one linear classifier per class.
public struct FittedMultiLabelProbe: Hashable, Sendable, Codable {
  /// The classifier of one class.
  public struct Classifier: Hashable, Sendable, Codable {
    /// The class, as a column of the labels.
    public let label: Int
    /// The chosen penalty: lambda of the logistic loss, or 1 / C of the squared hinge.
    public let lambda: Double
    /// The bias, added to the product of weights and features.
    public let bias: Double
    /// The minimized value: mean loss plus penalty.
    public let objective: Double
    /// The Euclidean norm of the gradient at the end.
    public let gradientNorm: Double
    /// Whether the gradient's norm became as small as was asked for.
    public let converged: Bool
    /// The mean average precision over the folds for each of ``FittedMultiLabelProbe/lambdas``; nil without a choice.
    public let validation: [Double]?
  }

  /// The representations that the probe was fitted on, in order.
  public let inputs: [FittedProbe.Input]
  /// The name of each class, whether it has a classifier or not.
  public let classNames: [String]
  /// The loss that was minimized.
  public let loss: MultiLabelProbe.Loss
  /// The penalties to choose from, ascending.
  public let lambdas: [Double]
  /// The classifiers, by class; a class that no train row has, or every one, has none.
  public let classifiers: [Classifier]
  /// Shape classifiers x columns; apply to `x - center`, x unstandardized, or for the squared hinge to rows of length
  /// 1.
  public let weights: [Float]
  /// The mean of each column over the train rows; zeros for the squared hinge.
  public let center: [Float]
  /// The number of train rows.
  public let trainRows: Int
  /// The duration of the choice and the fit in seconds.
  public let seconds: Double

  /// The number of values per row, all representations together.
  public var columns: Int { center.count }

  /// The names of the classes that have no classifier.
  public var unfitted: [String] {
    let fitted = Set(classifiers.map(\.label))
    return classNames.indices.filter { !fitted.contains($0) }.map { classNames[$0] }
  }

  /// The score of each classifier for the rows in use: rows x ``classifiers``.
  ///
  /// Throws where widths differ from those of the fit, or a value is not finite.
  public func scores(
    _ features: LabeledFeatures, threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Matrix {
    let run = EvaluationRun("scores of the probe", cancellation: cancellation, progress: progress)
    let count = classifiers.count
    let values = WorkBuffer<Float>(uninitialized: features.rows.count * count)
    let scorer = LinearScorer(
      inputs: inputs, weights: weights, bias: classifiers.map(\.bias), center: center,
      normalizesRows: loss == .squaredHinge)
    try scorer.forEachRow(features, rows: features.rows, threads: threads, run: run) { position, scores in
      for (index, score) in scores.enumerated() { values.pointer[position * count + index] = score }
    }
    return Matrix(rows: features.rows.count, columns: count, values: values.array)
  }

  /// The average precision of each class on `test`; rows labeled 255 are left out.
  ///
  /// Throws where widths or the number of classes differ from those of the fit, where a value is not finite, or where
  /// no class has a positive row.
  public func score(
    _ test: LabeledFeatures, threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> MultiLabelScores {
    let labels = try test.labelColumns()
    guard labels.count == classNames.count else {
      throw .badData(
        "labels of \(test.name)", "are of \(labels.count) classes, the probe was fitted on \(classNames.count)",
        remedy: "test on the data set that it was fitted on")
    }
    let scores = try scores(test, threads: threads, cancellation: cancellation, progress: progress)
    var results: [MultiLabelScores.ClassScore] = classNames.indices.map {
      .init(name: classNames[$0], positives: labels[$0].count { $0 == 1 }, envelope: nil, elevenPoint: nil)
    }
    for (index, classifier) in classifiers.enumerated() {
      let column = (0..<scores.rows).map { scores[$0, index] }
      let label = classifier.label
      results[label].envelope = AveragePrecision.envelope(column, labels[label])
      results[label].elevenPoint = AveragePrecision.elevenPoint(column, labels[label])
    }
    guard results.contains(where: { $0.envelope != nil }) else {
      throw .badData("labels of \(test.name)", "have no positive row of a fitted class", remedy: "choose another split")
    }
    return MultiLabelScores(classes: results, testRows: scores.rows)
  }
}
