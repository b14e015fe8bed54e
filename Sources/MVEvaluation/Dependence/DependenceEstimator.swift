/// How the dependence of two sets of rows is estimated from the distances between them.
public enum DependenceEstimator: String, Hashable, Sendable, CaseIterable {
  /// V-statistics, as published: the root of mean(AB) / sqrt(mean(AA) mean(BB)), 0...1; at least 2 rows.
  case biased
  /// U-statistics: sum(AB) / sqrt(sum(AA) sum(BB)), -1...1, zero in expectation for independent rows; at least 4 rows.
  case unbiased
}
