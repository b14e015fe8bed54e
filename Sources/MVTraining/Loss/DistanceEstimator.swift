/// The way a distance correlation is estimated from a batch.
public enum DistanceEstimator: String, Hashable, Sendable, Codable, CaseIterable {
  /// V-statistics, `sqrt(mean(AB) / sqrt(mean(AA) mean(BB)))`, 0...1 (Szekely, Rizzo and Bakirov 2007); as published.
  case biased
  /// U-statistics, `sum(AB) / sqrt(sum(AA) sum(BB))` of U-centered distances, -1...1 (Szekely and Rizzo 2014).
  ///
  /// It is on the scale of the square, and zero in expectation for independent samples. Needs at least 4 rows.
  case unbiased
}
