public import MVCore

/// A split's rows as points in the plane, twice: along their first two principal components, and by t-SNE.
///
/// Each row of each representation is scaled to length 1, as k-NN by cosine does. Of many rows a seeded choice is
/// shown.
public struct FeatureMap: Hashable, Sendable {
  /// The rows shown, as numbered in their representation, ascending.
  public let rows: [Int]
  /// The number of rows to choose from.
  public let available: Int
  /// The rows along the first two principal components: rows x 2.
  public let principal: Matrix
  /// The share of the variance along each of the two components, 0...1.
  public let explained: [Double]
  /// The layout by t-SNE; nil for fewer than ten rows.
  public let neighbor: TSNE.Layout?
  /// The perplexity of t-SNE: 30, or less for few rows.
  public let perplexity: Double
  /// The seed that chose the rows.
  public let seed: UInt64

  /// Maps at most `limit` rows of `features`, or fewer if rows are so wide that they would fill more than 512 MiB.
  ///
  /// Throws for fewer than three rows, or where a value is not finite.
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
