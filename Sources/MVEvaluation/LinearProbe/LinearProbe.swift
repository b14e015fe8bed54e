public import MVCore

/// Multinomial logistic regression on fixed features: the linear probe of self-supervised learning.
///
/// For each penalty lambda it minimizes mean cross-entropy + lambda / 2 ||W||^2 over weights W and biases, which are
/// not penalized. scikit-learn's `LogisticRegression(C=c)` minimizes the same for lambda = 1 / (c * number of train
/// rows). With `standardize`, W acts on columns of mean 0 and standard deviation 1 (over all train rows in use; a
/// constant column gets weight 0); the fitted weights are given for the features as they are.
///
/// L-BFGS, preconditioned by the curvature of the loss, runs until the Euclidean norm of the gradient is at most
/// `gradientNorm` and the loss is within a millionth of its minimum, as far as single precision tells. Features that do
/// not fit 1 GiB as float32 are read again in each pass. The penalty is chosen on held-out rows of train, never on test
/// (of ties the larger penalty), and the fit is repeated on all of train; a single penalty skips the choice.
///
/// Penalties are compared from the strongest to the weakest, each fit from where the last one ended. Such a fit ends
/// where held-out rows no longer change their class. With `dropsPenalties`, weaker penalties are left out once three in
/// a row, over a factor of ten or more, are worse than the best by more than a standard error of the difference.
public struct LinearProbe: Hashable, Sendable {
  /// The way train rows are held out to choose the penalty.
  public enum Validation: Hashable, Sendable, Codable {
    /// This part of each class, drawn by the seed; at least one row of each class that has two or more.
    case fraction(Double)
    /// This number of stratified parts, each held out in turn; accuracies are averaged over all their rows.
    case folds(Int)
  }

  /// The weight of each class's rows in a fit.
  public enum ClassWeights: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every row has the same weight.
    case none
    /// Every class has the same weight: a row of a class of m rows counts n / (classes m), as scikit-learn's
    /// `balanced`.
    case balanced
  }

  /// The penalties to choose from.
  public let lambdas: LambdaGrid
  /// The way train rows are held out to choose the penalty.
  public let validation: Validation
  /// Whether columns are standardized to mean 0 and standard deviation 1.
  public let standardize: Bool
  /// The weight of each class's rows.
  ///
  /// The penalty is chosen by top-1 accuracy, or by balanced accuracy if classes have the same weight.
  public let classWeights: ClassWeights
  /// The Euclidean norm of the gradient at which a fit ends.
  public let gradientNorm: Double
  /// The number of passes over the features after which a fit ends in any case.
  public let maxIterations: Int
  /// Whether weaker penalties are left out where stronger ones were already worse than the best.
  public let dropsPenalties: Bool
  /// The seed that draws the held-out rows.
  public let seed: UInt64
  /// The number of threads to use.
  public let threads: Int

  /// Creates a probe; settings out of range are reported by ``fit(_:cancellation:progress:)``.
  public init(
    lambdas: LambdaGrid = .logarithmic(1e-6...1, count: 13), validation: Validation = .fraction(0.1),
    standardize: Bool = true, classWeights: ClassWeights = .none, gradientNorm: Double = 1e-4,
    maxIterations: Int = 1000, dropsPenalties: Bool = true, seed: UInt64 = 0,
    threads: Int = Parallel.processorCount
  ) {
    self.lambdas = lambdas
    self.validation = validation
    self.standardize = standardize
    self.classWeights = classWeights
    self.gradientNorm = gradientNorm
    self.maxIterations = maxIterations
    self.dropsPenalties = dropsPenalties
    self.seed = seed
    self.threads = threads
  }

  /// Fits the labeled rows of `train`; `progress` counts passes over them, those to come being foretold.
  ///
  /// It says nothing of the time left before the three strongest penalties are done.
  /// The classes are those that occur. Throws where there is only one class, labels are not single classes, a value is
  /// not finite, a setting is out of range, or no row can be held out.
  public func fit(
    _ train: LabeledFeatures, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FittedProbe {
    let run = EvaluationRun("linear probe", cancellation: cancellation, progress: progress)
    try checkSettings()
    return try ProbeFit(settings: self, train: train, run: run).fit()
  }

  private func checkSettings() throws(MVError) {
    guard let smallest = lambdas.values.first else {
      throw .usage("lambda", "is not given", remedy: "give numbers above 0")
    }
    guard smallest > 0, lambdas.values.allSatisfy(\.isFinite) else {
      throw .usage("lambda \(smallest)", "is not above 0", remedy: "give finite numbers above 0")
    }
    switch validation {
    case .fraction(let part) where !(part > 0 && part < 1):
      throw .usage("validation \(part)", "is not between 0 and 1", remedy: "hold out a part such as 0.1")
    case .folds(let folds) where folds < 2:
      throw .usage("folds \(folds)", "is less than 2", remedy: "give 2 or more")
    default: break
    }
    guard gradientNorm > 0, maxIterations > 0 else {
      throw .usage("gradient norm or iterations", "is not above 0", remedy: "give a number above 0")
    }
  }
}
