public import MVCore

/// How well features tell classes apart by the usual two measures: the 20 nearest neighbors, and a linear probe.
public struct StandardScores: Hashable, Sendable {
  /// The neighbors that vote; fewer where there are fewer train rows.
  public static let neighborCount = 20

  /// What can be chosen of the two measures.
  public struct Settings: Hashable, Sendable {
    /// The neighbors that vote; nil for ``neighborCount``, or all train rows where there are fewer.
    public var k: Int?
    /// How close two rows are.
    public var metric = NearestNeighbors.Metric.cosine
    /// The penalties that the probe chooses from.
    public var lambdas = LambdaGrid.logarithmic(1e-6...1, count: 13)

    /// The usual ones.
    public init() {}
  }

  /// The votes of the neighbors.
  public let neighbors: NearestNeighborScores
  /// The linear probe that was fitted.
  public let probe: FittedProbe
  /// What the probe scored.
  public let predictions: ProbeScores

  /// Top-1 accuracy of the nearest neighbors, 0...1.
  public var neighborTop1: Double { neighbors.results[0].top1 }
  /// Top-1 accuracy of the linear probe, 0...1.
  public var probeTop1: Double { predictions.top1 }

  /// Scores the labeled rows of `test` by those of `train`.
  ///
  /// `progress` counts the two measures. Throws as ``NearestNeighbors`` and ``LinearProbe`` do.
  public init(
    train: LabeledFeatures, test: LabeledFeatures, _ settings: Settings = Settings(),
    threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let run = EvaluationRun("scores", cancellation: cancellation, progress: progress)
    let available = try train.labeled().rows.count
    let k = settings.k ?? min(Self.neighborCount, available)
    neighbors = try NearestNeighbors(k: [k], metric: settings.metric, threads: threads).evaluate(
      train: train, test: test, cancellation: cancellation)
    run.report(1, of: 2)
    probe = try LinearProbe(lambdas: settings.lambdas, threads: threads).fit(train, cancellation: cancellation)
    predictions = try probe.score(test, threads: threads, cancellation: cancellation)
    run.report(2, of: 2)
  }

  /// Scores every labeled row of `split` once, by the other folds; ``probe`` is fitted to all rows.
  ///
  /// Throws as ``NearestNeighbors`` and ``LinearProbe`` do.
  public init(
    _ split: LabeledFeatures, in folds: Folds, _ settings: Settings = Settings(),
    threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation()
  ) throws(MVError) {
    let k = settings.k ?? min(Self.neighborCount, folds.mostNeighbors)
    neighbors = try NearestNeighbors(k: [k], metric: settings.metric, threads: threads).evaluate(
      split, in: folds, cancellation: cancellation)
    let linear = LinearProbe(lambdas: settings.lambdas, threads: threads)
    predictions = try linear.score(split, in: folds, cancellation: cancellation)
    probe = try linear.fit(split, cancellation: cancellation)
  }
}
