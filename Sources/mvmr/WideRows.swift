internal import MVCore
internal import MVEvaluation
internal import MVRepresentations
internal import MVStore

/// Rows that are too wide for a probe, and the random projection that is scored in their place.
enum WideRows {
  /// The probe of wider rows takes minutes.
  static let mostColumns = 8192
  /// The columns of the projection.
  static let sketchedColumns = 4096

  /// The same rows, those of each wide representation projected as `sketch` of `extract` does; nil where none is wide.
  ///
  /// Throws what ``LabeledFeatures`` throws.
  static func projected(_ pair: EvaluationPair) throws(MVError) -> EvaluationPair? {
    switch pair {
    case .single(let all):
      guard isWide(all) else { return nil }
      return .single(try projected(all))
    case .splits(let train, let test):
      guard isWide(train) else { return nil }
      return .splits(train: try projected(train), test: try projected(test))
    }
  }

  private static func isWide(_ features: LabeledFeatures) -> Bool {
    features.representations.contains { $0.columns > mostColumns }
  }

  private static func projected(_ features: LabeledFeatures) throws(MVError) -> LabeledFeatures {
    let matrices = features.representations.map { matrix in
      guard matrix.columns > mostColumns else { return matrix }
      return matrix.projected(
        to: sketchedColumns, Sketch(columns: sketchedColumns).projection(of: matrix.columns))
    }
    var projected = try LabeledFeatures(matrices, labels: features.labels, rows: features.rows, name: features.name)
    projected.classNames = features.classNames
    return projected
  }
}
