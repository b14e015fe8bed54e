public import MVCore

/// t-distributed stochastic neighbor embedding: a layout in the plane in which near points stand for near rows.
///
/// It minimizes the Kullback-Leibler divergence of the layout's neighbor probabilities q_ij, from a Student
/// t-distribution, from those of the rows, p_ij. It is exact: time and memory grow with the square of the number of
/// rows, so it is meant for a few thousand. It starts from the first two principal components. The schedule is
/// scikit-learn's (`TSNE(method="exact")`): 250 steps with exaggerated p at momentum 0.5, then momentum 0.8, with one
/// gain per coordinate; unlike there, all steps are made. The layout does not depend on the number of threads.
/// Distances within a cluster mean more than those between clusters.
///
/// Follows van der Maaten and Hinton, "Visualizing data using t-SNE" (2008); the start and the learning rate follow
/// Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics" (2019).
public struct TSNE: Hashable, Sendable {
  /// The effective number of neighbors of each row.
  public let perplexity: Double
  /// The number of steps.
  public let iterations: Int
  /// The factor on p in the first 250 steps.
  public let exaggeration: Double
  /// The learning rate; nil means rows / exaggeration / 4, at least 50.
  public let learningRate: Double?
  /// The number of threads to use.
  public let threads: Int

  /// A layout and its divergence.
  public struct Layout: Hashable, Sendable {
    /// The points: rows x 2.
    public let points: Matrix
    /// The Kullback-Leibler divergence from the rows' probabilities, in nats.
    public let divergence: Double
  }

  /// Creates settings; those out of range are reported when they are used.
  public init(
    perplexity: Double = 30, iterations: Int = 1000, exaggeration: Double = 12, learningRate: Double? = nil,
    threads: Int = Parallel.processorCount
  ) {
    self.perplexity = perplexity
    self.iterations = iterations
    self.exaggeration = exaggeration
    self.learningRate = learningRate
    self.threads = threads
  }

  /// Lays out the rows of a matrix by their Euclidean distances.
  ///
  /// Throws unless 1 <= perplexity < rows, for settings out of range, and where a value is not finite.
  public func layout(
    of rows: Matrix, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Layout {
    let run = EvaluationRun("t-SNE", cancellation: cancellation, progress: progress)
    try checkSettings(rows: rows.rows)
    let gram = try CenteredRows(rows).gram(threads: threads, run: run)
    let components = try PrincipalComponents(gram: gram, rows: rows.rows, count: 2, threads: threads, run: run)
    return try layout(gram: gram, start: components.scores, run: run)
  }

  /// Lays out rows whose inner products are `gram`, beginning with `start`; throws for settings out of range.
  func layout(gram: WorkBuffer<Double>, start: Matrix, run: EvaluationRun) throws(MVError) -> Layout {
    try checkSettings(rows: start.rows)
    let distances = SquaredDistances(gram: gram, count: start.rows)
    let probabilities = try JointProbabilities(distances, perplexity: perplexity, threads: threads, run: run)
    var descent = LayoutDescent(probabilities, from: start, threads: threads)
    let rate = learningRate ?? max(50, Double(start.rows) / exaggeration / 4)
    for step in 0..<iterations {
      try run.check()
      if step == 250 { descent.rest() }
      descent.step(
        exaggeration: step < 250 ? exaggeration : 1, momentum: step < 250 ? 0.5 : 0.8, learningRate: rate)
      run.report(step + 1, of: iterations)
    }
    return Layout(points: descent.points, divergence: descent.divergence)
  }

  private func checkSettings(rows: Int) throws(MVError) {
    guard perplexity >= 1, perplexity < Double(rows) else {
      throw .usage(
        "perplexity \(perplexity)", "is not from 1 to less than the \(rows) rows", remedy: "give another, or more rows")
    }
    guard iterations >= 1, exaggeration >= 1, exaggeration.isFinite, (learningRate ?? 1) > 0 else {
      throw .usage(
        "t-SNE", "has \(iterations) iterations, exaggeration \(exaggeration), learning rate \(learningRate ?? 0)",
        remedy: "iterations and exaggeration are 1 or more, the learning rate is above 0")
    }
  }
}
