/// The update rules.
public enum OptimizerKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Adam, the decay added to the gradient.
  case adam
  /// Adam with decoupled decay.
  case adamw
  /// Stochastic gradient descent with momentum 0.9.
  case sgd
  /// The same with Nesterov's momentum.
  case nesterov = "sgd_nesterov"

  /// Momentum 0.9, the step of each weight matrix in proportion to its length (You, Gitman and Ginsburg 2017).
  case lars

  /// Whether an update keeps the mean of the squared gradients besides.
  var hasSecondMoment: Bool { self == .adam || self == .adamw }
}
