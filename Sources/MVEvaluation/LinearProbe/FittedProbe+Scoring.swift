internal import Foundation
public import MVCore

extension FittedProbe {
  /// Predicts the labeled rows of `test` and counts the right predictions.
  ///
  /// A class of test that train did not have is never predicted, but counts; ties go to the lower class. Throws where
  /// widths differ from those of the fit, a value is not finite, or no row is labeled.
  public func score(
    _ test: LabeledFeatures, threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> ProbeScores {
    let run = EvaluationRun("scores of the probe", cancellation: cancellation, progress: progress)
    let (rows, truth) = try test.labeledRows()
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
    let own = truth.map { numbers[$0] ?? -1 }
    let hits = WorkBuffer<Bool>(rows.count, repeating: false)
    let predictions = WorkBuffer<Int64>(rows.count, repeating: -1)
    try scorer.forEachRow(test, rows: rows, threads: threads, run: run) { position, logits in
      var best = 0
      var ahead = 0
      let label = own[position]
      for (index, value) in logits.enumerated() {
        if value > logits[best] { best = index }
        if label >= 0, value > logits[label] || (value == logits[label] && index < label) { ahead += 1 }
      }
      predictions.pointer[position] = classes[best]
      hits.pointer[position] = label >= 0 && ahead < 5
    }
    let chosen = predictions.array
    return ProbeScores(
      top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(rows.count),
      top5: Double(hits.array.count { $0 }) / Double(rows.count), testRows: rows, classes: truth,
      predictions: chosen, labels: Set(classes).union(truth).sorted())
  }

  /// The probability of each class, in the order of ``classes``, for the rows in use, labeled or not: rows x classes.
  ///
  /// Throws where widths differ from those of the fit, or a value is not finite.
  public func probabilities(
    _ features: LabeledFeatures, threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Matrix {
    let run = EvaluationRun("probabilities", cancellation: cancellation, progress: progress)
    let count = classes.count
    let values = WorkBuffer<Float>(features.rows.count * count, repeating: 0)
    try scorer.forEachRow(features, rows: features.rows, threads: threads, run: run) { position, logits in
      let largest = logits.reduce(-Double.infinity) { max($0, Double($1)) }
      let powers = logits.map { exp(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      for (index, power) in powers.enumerated() { values.pointer[position * count + index] = Float(power / sum) }
    }
    return Matrix(rows: features.rows.count, columns: count, values: values.array)
  }

  /// The score of each class before the softmax, in the order of ``classes``, for the rows in use: rows x classes.
  ///
  /// The class of a row is that of its largest score, of equal ones the lower. Throws where widths differ from those of
  /// the fit, or a value is not finite.
  public func scores(
    _ features: LabeledFeatures, threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Matrix {
    let run = EvaluationRun("scores of the probe", cancellation: cancellation, progress: progress)
    let count = classes.count
    let values = WorkBuffer<Float>(features.rows.count * count, repeating: 0)
    try scorer.forEachRow(features, rows: features.rows, threads: threads, run: run) { position, logits in
      for (index, logit) in logits.enumerated() { values.pointer[position * count + index] = logit }
    }
    return Matrix(rows: features.rows.count, columns: count, values: values.array)
  }

  private var scorer: LinearScorer {
    LinearScorer(inputs: inputs, weights: weights, bias: bias, center: center, normalizesRows: false)
  }
}
