public import MVCore

/// Rows of a split on a plane, twice: along their first two principal components, and as t-SNE lays them out.
///
/// Each representation is brought to length 1 a row, as k-NN by cosine does. Of many rows a seeded choice is shown.
public struct FeatureMap: Hashable, Sendable {
  /// The rows shown, as numbered in their representation, ascending.
  public let rows: [Int]
  /// How many rows there were to choose from.
  public let available: Int
  /// Where they lie along the first two principal components: rows x 2.
  public let principal: Matrix
  /// The part of the variance along each of the two.
  public let explained: [Double]
  /// Where t-SNE puts them; nil for fewer than ten rows.
  public let neighbor: TSNE.Layout?
  /// The perplexity of t-SNE: 30, less for few rows.
  public let perplexity: Double
  /// The seed of the choice.
  public let seed: UInt64

  /// Maps at most `limit` rows of `features`; fewer where rows are so wide that they would fill more than 512 MiB.
  ///
  /// `progress` counts the steps of t-SNE. Throws for fewer than three rows, a value that is not finite, or where the work
  /// was cancelled (`interrupted`).
  public init(
    of features: LabeledFeatures, limit: Int = 2000, seed: UInt64 = 0, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let run = EvaluationRun("map", cancellation: cancellation, progress: progress)
    guard features.rows.count >= 3, limit >= 3 else {
      throw .usage("map", "needs three rows; \(features.name) has \(features.rows.count)", remedy: "give more rows")
    }
    let room = max(100, (512 << 20) / (4 * features.columns))
    var generator = SeededGenerator(seed: seed, keys: 0x4D61_70)
    let order = generator.permutation(of: features.rows.count)
    let rows = order.prefix(min(limit, room)).map { features.rows[$0] }.sorted()
    let chosen = try LabeledFeatures(
      features.representations, labels: features.labels, rows: rows, name: features.name)
    let gram = try CenteredRows(normalizing: chosen, threads: threads, run: run).gram(threads: threads, run: run)
    let components = try PrincipalComponents(gram: gram, rows: rows.count, count: 2, threads: threads, run: run)
    self.rows = rows
    self.seed = seed
    available = features.rows.count
    principal = components.scores
    explained = components.explained
    perplexity = min(30, Double(rows.count - 1) / 3)
    neighbor =
      rows.count < 10
      ? nil
      : try TSNE(perplexity: perplexity, threads: threads).layout(
        gram: gram, start: components.scores, run: run)
  }
}
