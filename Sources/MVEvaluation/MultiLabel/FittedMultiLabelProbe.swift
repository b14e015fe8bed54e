public import MVCore

/// A multi-label probe that has been fitted: one linear classifier a class.
public struct FittedMultiLabelProbe: Hashable, Sendable, Codable {
  /// The classifier of one class.
  public struct Classifier: Hashable, Sendable, Codable {
    /// The class, as a column of the labels.
    public let label: Int
    /// The penalty chosen: lambda of the logistic loss, 1 / C of the squared hinge.
    public let lambda: Double
    /// Added to the product of weights and features.
    public let bias: Double
    /// What was minimized: mean loss and penalty.
    public let objective: Double
    /// The norm of the gradient at the end.
    public let gradientNorm: Double
    /// Whether that is as small as was asked for.
    public let converged: Bool
    /// The mean average precision over the folds for each of ``FittedMultiLabelProbe/lambdas``; nil without a choice.
    public let validation: [Double]?
  }

  /// The representations, in order.
  public let inputs: [FittedProbe.Input]
  /// The name of each class, fitted or not.
  public let classNames: [String]
  /// What was minimized.
  public let loss: MultiLabelProbe.Loss
  /// The penalties there were to choose from, ascending.
  public let lambdas: [Double]
  /// The classifiers, by class; a class that is nowhere or everywhere in train has none.
  public let classifiers: [Classifier]
  /// Classifiers x columns, for features as they are, less ``center``; for the squared hinge, for rows of length 1.
  public let weights: [Float]
  /// The mean of each column over the train rows; zeros for the squared hinge.
  public let center: [Float]
  /// Train rows.
  public let trainRows: Int
  /// Seconds the choice and the fit took.
  public let seconds: Double

  /// Values a row.
  public var columns: Int { center.count }

  /// The classes that have no classifier.
  public var unfitted: [String] {
    let fitted = Set(classifiers.map(\.label))
    return classNames.indices.filter { !fitted.contains($0) }.map { classNames[$0] }
  }

  /// The score of each classifier for the rows in use: rows x ``classifiers``.
  ///
  /// Throws where widths differ from those fitted on, a value is not finite, or the work was cancelled (`interrupted`).
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

  /// The average precision of each class on `test`, rows labeled 255 left out.
  ///
  /// Throws where widths or the number of classes differ from those fitted on, no class has a positive row, or the work was
  /// cancelled (`interrupted`).
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
