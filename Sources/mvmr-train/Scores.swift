internal import MVCore
internal import MVEvaluation
internal import MVStore

/// How well representations or embeddings of a feature file tell the classes apart.
struct Scores {
  /// What was scored, for people.
  let title: String
  /// What was trained on and tested.
  let pair: EvaluationPair
  /// Values a row.
  let columns: Int
  /// What the nearest neighbors and the linear probe scored.
  let measures: StandardScores
  /// What the probe's predictions are worth.
  let report: ClassificationReport
  /// What the neighbors' predictions are worth.
  let neighborReport: ClassificationReport

  /// Scores what was chosen of a file; with `folds` by cross-validation of the split to learn from.
  init(
    _ title: String, of pair: EvaluationPair, _ settings: StandardScores.Settings = .init(), in folds: Folds? = nil,
    cancellation: Cancellation
  ) throws(MVError) {
    self.title = title
    if let folds {
      let all =
        switch pair {
        case .splits(let train, _), .single(let train): try train.labeled()
        }
      self.pair = .single(all)
      columns = all.columns
      measures = try StandardScores(all, in: folds, settings, cancellation: cancellation)
    } else {
      self.pair = pair
      let (train, test) = try pair.heldOut()
      columns = train.columns
      measures = try StandardScores(train: train, test: test, settings, cancellation: cancellation)
    }
    report = try measures.predictions.report()
    neighborReport = try measures.neighbors.report(of: measures.neighbors.results[0])
  }
}
