internal import Foundation
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// How well representations or embeddings of a feature file tell the classes apart.
struct Scores {
  /// What was scored, for people.
  let title: String
  /// Values a row.
  let columns: Int
  /// Top-1 of 20 nearest neighbors, 0...1.
  let neighbors: Double
  /// Top-1 of the linear probe, 0...1.
  let probe: Double
  /// The neighbors' votes in full.
  let votes: NearestNeighborScores
  /// The probe that was fitted.
  let fitted: FittedProbe
  /// Its predictions in full.
  let predictions: ProbeScores
  /// What they are worth.
  let report: ClassificationReport
  /// What was trained on and tested.
  let pair: EvaluationPair

  /// Scores the `names` of a file, joined where there are several.
  init(_ title: String, of file: FeatureFile, _ names: [String]) throws(MVError) {
    self.title = title
    pair = try EvaluationPair(file, representations: names)
    let (train, test) = try pair.heldOut()
    columns = train.columns
    let classifier = NearestNeighbors(k: [min(20, train.rows.count)])
    votes = try classifier.evaluate(train: train, test: test)
    neighbors = votes.results[0].top1
    fitted = try LinearProbe().fit(train)
    predictions = try fitted.score(test)
    probe = predictions.top1
    report = try predictions.report()
  }
}
