public import CInterface
internal import MVCore
internal import MVEvaluation

/// More rows than this would need gigabytes for their distances.
private let mostRows = 32768

/// A matrix of a batch; throws where it is too large for distances.
private func batch(_ argument: UnsafePointer<mvmr_matrix>?, _ name: String) throws(Refusal) -> CallerMatrix {
  let matrix = try CallerMatrix(argument, name)
  guard matrix.rows <= mostRows else {
    throw Refusal(
      MVMR_INVALID_ARGUMENT, name, "has \(matrix.rows) rows, too many for all their distances",
      remedy: "give at most \(mostRows) at a time")
  }
  return matrix
}

private func estimator(_ argument: mvmr_estimator) throws(Refusal) -> DependenceEstimator {
  switch Int(argument) {
  case MVMR_BIASED: return .biased
  case MVMR_UNBIASED: return .unbiased
  default:
    throw Refusal(
      MVMR_INVALID_ARGUMENT, "estimator", "is \(argument)", remedy: "give biased (0) or unbiased (1)")
  }
}

/// Implements `mvmr_distance_correlation`, which `mvmr.h` describes.
@c @implementation
public func mvmr_distance_correlation(
  _ x: UnsafePointer<mvmr_matrix>?, _ y: UnsafePointer<mvmr_matrix>?, _ kind: mvmr_estimator, _ threadCount: Int32,
  _ value: UnsafeMutablePointer<Double>?, _ gradientOfX: UnsafeMutablePointer<Float>?,
  _ gradientOfY: UnsafeMutablePointer<Float>?
) -> mvmr_status {
  attempt {
    let (x, y) = (try batch(x, "x"), try batch(y, "y"))
    let correlation = DistanceCorrelation(estimator: try estimator(kind), threads: try threads(threadCount))
    let result = try x.withRows { (a) throws(MVError) in
      try y.withRows { (b) throws(MVError) in
        try correlation.value(
          .init(a, count: x.rows, columns: x.columns), .init(b, count: y.rows, columns: y.columns),
          gradientOfX: gradientOfX, gradientOfY: gradientOfY)
      }
    }
    value?.pointee = result
  }
}

/// Implements `mvmr_loss_defaults`, which `mvmr.h` describes.
@c @implementation
public func mvmr_loss_defaults(_ settings: UnsafeMutablePointer<mvmr_loss_settings>?) -> mvmr_status {
  attempt {
    let (place, standard) = (try place(settings, "settings"), MultiViewObjective())
    place.pointee = mvmr_loss_settings(
      mse_weight: standard.mseWeight, deviation_weight: standard.deviationWeight,
      views_weight: standard.viewsWeight, margin: standard.margin, embedding_scale: standard.embeddingScale,
      estimator: mvmr_estimator(MVMR_BIASED), released_sign: 0)
  }
}

/// The loss that the settings describe; throws where one is not finite.
private func objective(_ settings: UnsafePointer<mvmr_loss_settings>?, threads: Int) throws(Refusal)
  -> MultiViewObjective
{
  var objective = MultiViewObjective()
  objective.correlation.threads = threads
  guard let given = settings?.pointee else { return objective }
  for (name, value) in [
    ("mse_weight", given.mse_weight), ("deviation_weight", given.deviation_weight),
    ("views_weight", given.views_weight), ("margin", given.margin), ("embedding_scale", given.embedding_scale),
  ] where !value.isFinite {
    throw Refusal(MVMR_INVALID_ARGUMENT, name, "is \(value)", remedy: "give a finite number")
  }
  (objective.mseWeight, objective.deviationWeight) = (given.mse_weight, given.deviation_weight)
  (objective.viewsWeight, objective.margin) = (given.views_weight, given.margin)
  (objective.embeddingScale, objective.releasedSign) = (given.embedding_scale, given.released_sign != 0)
  objective.correlation.estimator = try estimator(given.estimator)
  return objective
}

/// Implements `mvmr_multi_view_loss`, which `mvmr.h` describes.
@c @implementation
public func mvmr_multi_view_loss(
  _ z0: UnsafePointer<mvmr_matrix>?, _ z: UnsafePointer<mvmr_matrix>?, _ representations: UnsafePointer<mvmr_matrix>?,
  _ weights: UnsafePointer<Double>?, _ count: Int64, _ settings: UnsafePointer<mvmr_loss_settings>?,
  _ threadCount: Int32, _ total: UnsafeMutablePointer<Double>?, _ terms: UnsafeMutablePointer<Double>?,
  _ gradientOfPlain: UnsafeMutablePointer<Float>?, _ gradientOfAugmented: UnsafeMutablePointer<Float>?
) -> mvmr_status {
  attempt {
    let (plain, augmented) = (try batch(z0, "z0"), try batch(z, "z"))
    let objective = try objective(settings, threads: threads(threadCount))
    guard count >= 0, count <= 4096, count == 0 || (representations != nil && weights != nil) else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "representations", "are \(count), or lie at NULL",
        remedy: "give 0 to 4096 matrices, and a weight for each")
    }
    let others = try (0..<Int(count)).map { index throws(Refusal) in
      try batch(representations.map { $0 + index }, "representation \(index)")
    }
    let factors = (0..<Int(count)).map { weights?[$0] ?? 0 }
    if let bad = factors.firstIndex(where: { !$0.isFinite }) {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "weight \(bad)", "is \(factors[bad])", remedy: "give a finite number")
    }
    let value = try plain.withRows { (a) throws(MVError) in
      try augmented.withRows { (b) throws(MVError) in
        try withRows(of: others) { (rows) throws(MVError) in
          try objective(
            plain: .init(a, count: plain.rows, columns: plain.columns),
            augmented: .init(b, count: augmented.rows, columns: augmented.columns),
            representations: zip(rows, factors).map { ($0, $1) }, gradientOfPlain: gradientOfPlain,
            gradientOfAugmented: gradientOfAugmented)
        }
      }
    }
    total?.pointee = value.total
    if let terms { for (place, term) in value.terms.enumerated() { terms[place] = term } }
  }
}

/// Calls `body` with the rows of all matrices.
private func withRows<Result>(
  of matrices: [CallerMatrix], _ done: [DistanceCorrelation.Rows] = [],
  _ body: ([DistanceCorrelation.Rows]) throws(MVError) -> Result
) throws(MVError) -> Result {
  guard done.count < matrices.count else { return try body(done) }
  let matrix = matrices[done.count]
  return try matrix.withRows { (rows) throws(MVError) in
    try withRows(of: matrices, done + [.init(rows, count: matrix.rows, columns: matrix.columns)], body)
  }
}
