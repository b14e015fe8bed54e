/// What makes the embeddings of two views of an image alike, and keeps all images from being embedded alike.
public enum ViewLoss: String, Hashable, Sendable, Codable, CaseIterable {
  /// Mean squared difference, hinge on deviations, and distance correlation of the views, as MV-MR is published.
  case mvmr
  /// The normalized, temperature-scaled cross-entropy of SimCLR (Chen and others 2020).
  case simclr
  /// Variance, invariance and covariance, VICReg (Bardes, Ponce and LeCun 2022).
  case vicreg
  /// The cross-correlation of the views' columns, Barlow Twins (Zbontar and others 2021).
  case barlow
}

/// What the first view, a random one, is paired with.
public enum SecondView: String, Hashable, Sendable, Codable, CaseIterable {
  /// The image as it is, as MV-MR is published.
  case plain
  /// Another random view.
  case random
}

/// Which views' embeddings are made dependent on the representations.
public enum RepresentedViews: String, Hashable, Sendable, Codable, CaseIterable {
  /// That of the first view, a random one, as MV-MR is published.
  case first
  /// Those of both views of a pair, by a term each.
  case both
}
