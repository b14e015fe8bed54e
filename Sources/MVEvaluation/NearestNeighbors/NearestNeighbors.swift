public import MVCore

/// Exact k-nearest-neighbor classification and search.
///
/// Several representations are concatenated, each L2-normalized on its own. With the cosine metric the similarity is
/// the cosine of the concatenated rows (a row of zeros has similarity 0 to every other). With the Euclidean metric a
/// single representation is used as it is; several are L2-normalized each. Ties are broken by row number.
///
/// Neighbors are those of double-precision arithmetic on the stored values: rows are screened in integers of 8 and 16
/// bits with proven error bounds, and those that may be near are ranked in double precision. Memory grows by only some
/// tens of bytes per train row.
///
/// Follows the protocol of Caron et al., "Emerging properties in self-supervised vision transformers" (2021), with Wu
/// et al., "Unsupervised feature learning via non-parametric instance discrimination" (2018) for the weights.
public struct NearestNeighbors: Hashable, Sendable {
  /// The measure of nearness.
  public enum Metric: String, Hashable, Sendable, Codable, CaseIterable {
    /// The cosine similarity; DINO's.
    case cosine
    /// The Euclidean distance.
    case euclidean
  }

  /// The weight of each neighbor's vote.
  ///
  /// The distance d is 1 - cosine, or the Euclidean distance.
  public enum Weighting: String, Hashable, Sendable, Codable, CaseIterable {
    /// exp(s / T), where s is the cosine or, with the Euclidean metric, -d^2 / 2 (on unit rows the cosine less 1).
    case dino
    /// The same weight, 1, for every neighbor.
    case majority
    /// 1 / (d + 1e-5).
    case inverseDistance = "inverse-distance"
  }

  /// The numbers of neighbors that vote; each gives a result.
  public let k: [Int]
  /// The temperatures T of DINO's weights; each gives a result.
  public let temperatures: [Double]
  /// The measure of nearness.
  public let metric: Metric
  /// The weight of each neighbor's vote.
  public let weighting: Weighting
  /// The number of threads to use.
  public let threads: Int
  /// How rows are screened, which changes the time alone.
  var screening = Screening.measured

  /// Creates a classifier; settings out of range are reported when it is used.
  public init(
    k: [Int] = [10, 20, 100, 200], temperatures: [Double] = [0.07], metric: Metric = .cosine,
    weighting: Weighting = .dino, threads: Int = Parallel.processorCount
  ) {
    self.k = k
    self.temperatures = temperatures
    self.metric = metric
    self.weighting = weighting
    self.threads = threads
  }

  /// Classifies the labeled rows of `test` by their neighbors among the labeled rows of `train`.
  ///
  /// The number of classes is that of train and test together. Top-5 counts the classes with most votes, ties by class
  /// number, at most min(5, k) of them, as DINO does. `progress` counts test rows; any thread may call it, one at a
  /// time. Throws where k exceeds the number of train rows, widths differ, a value is not finite, or a split has no
  /// labels.
  public func evaluate(
    train: LabeledFeatures, test: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> NearestNeighborScores {
    let run = EvaluationRun("k-NN", cancellation: cancellation, progress: progress)
    return try evaluate(train: train, test: test, leavingOut: false, run: run)
  }

  /// Classifies each labeled row of `split` by its neighbors among the other labeled rows.
  ///
  /// Throws where k exceeds the number of other rows, a value is not finite, or the split has no labels.
  public func evaluate(
    leavingOneOut split: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> NearestNeighborScores {
    let run = EvaluationRun("k-NN", cancellation: cancellation, progress: progress)
    return try evaluate(train: split, test: split, leavingOut: true, run: run)
  }

  /// Finds the nearest rows of `train` for each row of `queries`, as many as the largest `k`; labels do not matter.
  ///
  /// Throws where k exceeds the number of train rows, widths differ, or a value is not finite.
  public func search(
    train: LabeledFeatures, queries: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Neighbors {
    let run = EvaluationRun("neighbor search", cancellation: cancellation, progress: progress)
    return try search(train: train, queries: queries, leavingOut: false, run: run)
  }

  /// Finds the nearest other rows of `split` for each of its rows, as many as the largest `k`; labels do not matter.
  ///
  /// Throws where k exceeds the number of other rows, or a value is not finite.
  public func search(
    leavingOneOut split: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Neighbors {
    let run = EvaluationRun("neighbor search", cancellation: cancellation, progress: progress)
    return try search(train: split, queries: split, leavingOut: true, run: run)
  }
}
