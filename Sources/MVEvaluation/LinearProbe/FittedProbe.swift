/// A fitted linear probe: the score of a class is its weights times (x - center), plus its bias.
public struct FittedProbe: Hashable, Sendable, Codable {
  /// One representation that the probe was fitted on.
  public struct Input: Hashable, Sendable, Codable {
    /// The representation's name.
    public let name: String
    /// The number of values per row.
    public let columns: Int
  }

  /// Why a fit under one penalty ended.
  public enum Ending: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    /// No more than one held-out row in 1,000 could still change its class.
    case settled
    /// The gradient's norm became as small as was asked for.
    case converged
    /// No step made the loss smaller any more, in the precision of the products.
    case stalled
    /// The passes allowed were used up.
    case exhausted

    /// Whether the left one is the better end.
    public static func < (left: Ending, right: Ending) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
  }

  /// One penalty, with its accuracy on the held-out rows.
  ///
  /// Where there was no choice to make, or the penalty was left out since stronger ones were already worse than the
  /// best, accuracies and what was reached are nil.
  public struct Candidate: Hashable, Sendable, Codable {
    /// The penalty lambda.
    public let lambda: Double
    /// The top-1 accuracy on the held-out rows, 0...1.
    public let validationTop1: Double?
    /// The balanced accuracy on the held-out rows (the mean over classes), 0...1.
    public let validationBalancedAccuracy: Double?
    /// The minimized value that the fit reached; with folds, their mean.
    public let objective: Double?
    /// The norm of the gradient that the fit reached; with folds, the largest.
    public let gradientNorm: Double?
    /// The number of passes over the rows; with folds, of all.
    public let iterations: Int?
    /// Why the fit ended; with folds, the worst reason.
    public let ending: Ending?
  }

  /// The representations that the probe was fitted on, in order.
  public let inputs: [Input]
  /// The class of each row of ``weights``, ascending.
  public let classes: [Int64]
  /// Shape classes x columns; apply to `x - center`, x unstandardized.
  public let weights: [Float]
  /// The bias of each class.
  public let bias: [Double]
  /// The mean of each column over the train rows.
  public let center: [Float]
  /// The penalty lambda that was chosen.
  public let lambda: Double
  /// All penalties with their accuracies, ascending.
  public let candidates: [Candidate]
  /// The mean cross-entropy of the train rows in nats, without the penalty.
  public let trainLoss: Double
  /// The minimized value: mean cross-entropy plus penalty.
  public let objective: Double
  /// The Euclidean norm of the gradient at the end.
  public let gradientNorm: Double
  /// Whether the gradient's norm became as small as was asked for.
  public let converged: Bool
  /// The number of passes over all train rows in the last fit.
  public let iterations: Int
  /// The number of labeled train rows.
  public let trainRows: Int
  /// Whether the fit standardized columns.
  public let standardized: Bool
  /// The seed that drew the held-out rows.
  public let seed: UInt64
  /// The duration of the choice and the fit in seconds.
  public let seconds: Double

  /// The number of values per row, all representations together.
  public var columns: Int { center.count }

  /// The intercept of each class, for scores that are a class's weights times x plus the intercept.
  public var intercepts: [Double] {
    bias.enumerated().map { index, bias in
      let row = weights[index * columns..<(index + 1) * columns]
      return bias - zip(row, center).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
}

extension FittedProbe {
  /// A classifier that was trained elsewhere: class i has row i of `weights`, classes x columns, and bias i.
  ///
  /// What a fit would tell of itself is 0.
  public init(representation: String, columns: Int, weights: [Float], bias: [Float]) {
    precondition(weights.count == bias.count * columns, "a row of weights a class")
    self.init(
      inputs: [Input(name: representation, columns: columns)], classes: bias.indices.map { Int64($0) },
      weights: weights, bias: bias.map { Double($0) }, center: [Float](repeating: 0, count: columns), lambda: 0,
      candidates: [], trainLoss: 0, objective: 0, gradientNorm: 0, converged: false, iterations: 0, trainRows: 0,
      standardized: false, seed: 0, seconds: 0)
  }
}
