/// A linear probe that has been fitted: a class scores the product of its weights and (x - center), and its bias.
public struct FittedProbe: Hashable, Sendable, Codable {
  /// A representation the probe was fitted on.
  public struct Input: Hashable, Sendable, Codable {
    /// Its name.
    public let name: String
    /// Its values a row.
    public let columns: Int
  }

  /// A penalty and how it did on the held-out rows.
  public struct Candidate: Hashable, Sendable, Codable {
    /// The penalty.
    public let lambda: Double
    /// Its top-1 accuracy on the held-out rows; nil where there was no choice to make.
    public let validationTop1: Double?
    /// The mean over classes of its accuracy on the held-out rows; nil where there was no choice to make.
    public let validationBalancedAccuracy: Double?
  }

  /// The representations, in order.
  public let inputs: [Input]
  /// The class that each row of ``weights`` stands for, ascending.
  public let classes: [Int64]
  /// Classes x columns, for features as they are, less ``center``.
  public let weights: [Float]
  /// One a class.
  public let bias: [Double]
  /// The mean of each column over the train rows.
  public let center: [Float]
  /// The penalty chosen.
  public let lambda: Double
  /// Every penalty and its held-out accuracy, ascending.
  public let candidates: [Candidate]
  /// Mean cross-entropy of the train rows, in nats, the penalty left out.
  public let trainLoss: Double
  /// What was minimized: mean cross-entropy and penalty.
  public let objective: Double
  /// The norm of the gradient at the end.
  public let gradientNorm: Double
  /// Whether that is as small as was asked for.
  public let converged: Bool
  /// Passes over all of train in the last fit.
  public let iterations: Int
  /// Labeled train rows.
  public let trainRows: Int
  /// Whether columns were standardized.
  public let standardized: Bool
  /// The seed of the held-out rows.
  public let seed: UInt64
  /// Seconds the choice and the fit took.
  public let seconds: Double

  /// Values a row.
  public var columns: Int { center.count }

  /// One a class, for scores that are the product of a class's weights and x, and its intercept.
  public var intercepts: [Double] {
    bias.enumerated().map { index, bias in
      let row = weights[index * columns..<(index + 1) * columns]
      return bias - zip(row, center).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
}
