public import MVCore

/// Linear probes of a multi-label set such as VOC 2007: one classifier per class, with a penalty of its own.
///
/// Rows whose label of a class is 255 are left out for that class. For each class, penalties are compared by the mean
/// average precision (``AveragePrecision/stepwise``) over stratified folds of train, as scikit-learn's
/// `cross_val_score` does, and of ties the stronger penalty is taken; the classifier is then fitted to all of train.
/// All classes, folds and penalties share each pass over the features.
public struct MultiLabelProbe: Hashable, Sendable {
  /// The loss that a classifier minimizes.
  public enum Loss: String, Hashable, Sendable, Codable, CaseIterable {
    /// Logistic loss on standardized columns: mean log(1 + exp(-y s)) + lambda / 2 ||w||^2.
    ///
    /// The bias is not penalized; equals scikit-learn's `LogisticRegression(C=c)` for lambda = 1 / (c n).
    case logistic
    /// Squared hinge on rows of length 1 in each representation, the protocol of VISSL (Goyal et al., 2019).
    ///
    /// Minimizes C sum a max(0, 1 - y s)^2 + 1/2 (||w||^2 + b^2), where a is 2 for a positive row and 1 for any other;
    /// equals liblinear's `LinearSVC`.
    case squaredHinge = "squared-hinge"
  }

  /// The loss that a classifier minimizes.
  public let loss: Loss
  /// The penalties to choose from: lambda of the logistic loss, or 1 / C of the squared hinge.
  public let lambdas: LambdaGrid
  /// The number of folds of train on which penalties are compared.
  public let folds: Int
  /// Whether columns are standardized to mean 0 and standard deviation 1; the squared hinge uses rows of length 1
  /// instead.
  public let standardize: Bool
  /// The weights of the rows of both sides; `none` leaves them as ``Loss`` says.
  public let classWeights: LinearProbe.ClassWeights
  /// The Euclidean norm of the gradient at which a fit ends.
  public let gradientNorm: Double
  /// The number of passes over the features after which a fit ends in any case.
  public let maxIterations: Int
  /// The number of threads to use.
  public let threads: Int

  /// The values of C that the squared hinge chooses from by default.
  public static let costs: [Double] = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]

  /// Creates a probe; settings out of range are reported by ``fit(_:classNames:cancellation:progress:)``.
  public init(
    loss: Loss = .logistic, lambdas: LambdaGrid? = nil, folds: Int = 3, standardize: Bool = true,
    classWeights: LinearProbe.ClassWeights = .none, gradientNorm: Double = 1e-4, maxIterations: Int = 1000,
    threads: Int = Parallel.processorCount
  ) {
    self.loss = loss
    self.lambdas =
      lambdas
      ?? (loss == .logistic ? .logarithmic(1e-5...1e2, count: 15) : LambdaGrid(Self.costs.map { 1 / $0 }))
    self.folds = folds
    self.standardize = standardize
    self.classWeights = classWeights
    self.gradientNorm = gradientNorm
    self.maxIterations = maxIterations
    self.threads = threads
  }

  /// Fits one classifier per class to `train`, whose labels must be multi-label; `progress` counts fits.
  ///
  /// A class that no train row has, or every one, gets no classifier. A class with fewer positive or negative rows than
  /// folds takes the penalty that is best on average for the others. Throws where labels are single classes, no class
  /// can be fitted, a value is not finite, or a setting is out of range.
  public func fit(
    _ train: LabeledFeatures, classNames: [String] = [], cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FittedMultiLabelProbe {
    let run = EvaluationRun("multi-label probe", cancellation: cancellation, progress: progress)
    guard let smallest = lambdas.values.first, smallest > 0, lambdas.values.allSatisfy(\.isFinite) else {
      throw .usage("lambda", "is not given or not above 0", remedy: "give finite numbers above 0")
    }
    guard folds >= 2 else { throw .usage("folds \(folds)", "is less than 2", remedy: "give 2 or more") }
    guard gradientNorm > 0, maxIterations > 0 else {
      throw .usage("gradient norm or iterations", "is not above 0", remedy: "give a number above 0")
    }
    return try MultiLabelFit(settings: self, train: train, classNames: classNames, run: run).fit()
  }
}
