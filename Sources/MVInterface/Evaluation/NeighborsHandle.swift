internal import CInterface
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// Rows to search behind a handle.
final class NeighborsHandle: HandleContent {
  static let handleName = "neighbors"

  let train: FeatureMatrix
  /// The class of each row; nil where there is only to be searched.
  let labels: [Int64]?
  /// The classes, ascending.
  let classes: [Int64]
  let generation: Int64?
  private let metric: NearestNeighbors.Metric
  private let weighting: NearestNeighbors.Weighting

  init(
    _ train: FeatureMatrix, _ labels: UnsafePointer<Int64>?, _ json: UnsafePointer<CChar>?, generation: Int64?
  ) throws {
    let options = try Options(json, "options", keys: ["metric", "weighting"])
    metric = try options.choice("metric", as: NearestNeighbors.Metric.self) ?? .cosine
    weighting = try options.choice("weighting", as: NearestNeighbors.Weighting.self) ?? .dino
    guard train.rows > 0 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "train", "has no rows", remedy: "give some")
    }
    self.train = train
    self.labels = try labels.map { (labels) throws(Refusal) in
      try MVInterface.classes(labels, count: train.rows)
    }
    classes = Set(self.labels ?? []).filter { $0 >= 0 }.sorted()
    self.generation = generation
  }

  private func search(_ k: Int, _ temperature: Double, _ threads: Int) -> NearestNeighbors {
    NearestNeighbors(k: [k], temperatures: [temperature], metric: metric, weighting: weighting, threads: threads)
  }

  /// The nearest rows of each query, or of each row among the others where `queries` is nil.
  func search(
    _ queries: FeatureMatrix?, k: Int, threads: Int, listener: Listener
  ) throws(MVError) -> Neighbors {
    let (search, train) = (search(k, 1, threads), try unlabeled(train))
    let asked = try queries.map { (queries) throws(MVError) in try unlabeled(queries) }
    return try running(listener) { (cancellation, progress) throws(MVError) in
      guard let asked else {
        return try search.search(leavingOneOut: train, cancellation: cancellation, progress: progress)
      }
      return try search.search(train: train, queries: asked, cancellation: cancellation, progress: progress)
    }
  }

  /// The votes on each query, or on each labeled row among the others where `queries` is nil.
  func vote(
    _ queries: FeatureMatrix?, k: Int, temperature: Double, threads: Int, listener: Listener
  ) throws -> NeighborVotes {
    guard let labels else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "neighbors", "were created without labels", remedy: "create them with labels")
    }
    let search = search(k, temperature, threads)
    let train = try LabeledFeatures([train], labels: .single(labels), name: "the rows to search")
    let asked = try queries.map { (queries) throws(MVError) in try unlabeled(queries) }
    return try running(listener) { (cancellation, progress) throws(MVError) in
      guard let asked else {
        return try search.vote(leavingOneOut: train, cancellation: cancellation, progress: progress)
      }
      return try search.vote(train: train, queries: asked, cancellation: cancellation, progress: progress)
    }
  }
}
