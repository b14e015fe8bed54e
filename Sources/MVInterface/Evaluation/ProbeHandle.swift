internal import CInterface
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// A fitted probe behind a handle.
final class ProbeHandle: HandleContent {
  static let handleName = "probe"
  let probe: FittedProbe

  init(_ probe: FittedProbe) { self.probe = probe }

  /// Fits rows by what the options say.
  init(
    fitting rows: FeatureMatrix, _ labels: UnsafePointer<Int64>?, _ options: ProbeOptions, threads: Int,
    listener: Listener
  ) throws {
    let train = try LabeledFeatures(
      [rows], labels: .single(classes(labels, count: rows.rows)), name: "the rows given")
    let settings = options.probe(threads: threads)
    probe = try running(listener) { (cancellation, progress) throws(MVError) in
      try settings.fit(train, cancellation: cancellation, progress: progress)
    }
  }
}

/// The options of a fit.
struct ProbeOptions {
  /// The name of the input in a saved file.
  let name: String?
  private let lambdas: LambdaGrid?
  private let validation: LinearProbe.Validation
  private let standardize: Bool
  private let classWeights: LinearProbe.ClassWeights
  private let gradientNorm: Double
  private let maxIterations: Int
  private let seed: Int

  /// Throws where an option is unknown or of another type.
  init(_ json: UnsafePointer<CChar>?) throws(Refusal) {
    let options = try Options(
      json, "options",
      keys: [
        "lambdas", "validation", "folds", "standardize", "class_weights", "gradient_norm", "max_iterations", "seed",
        "name",
      ])
    name = try options.text("name")
    lambdas = try options.numbers("lambdas").map { LambdaGrid($0) }
    let folds = try options.whole("folds", in: 2...1000)
    guard folds == nil || !options.has("validation") else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "options validation and folds", "are both given", remedy: "leave one out")
    }
    validation = .fraction(try options.number("validation") ?? 0.1)
    folded = folds.map { .folds($0) }
    standardize = try options.flag("standardize", default: true)
    classWeights = try options.choice("class_weights", as: LinearProbe.ClassWeights.self) ?? .none
    gradientNorm = try options.number("gradient_norm") ?? 1e-4
    maxIterations = try options.whole("max_iterations", in: 1...Int(Int32.max)) ?? 1000
    seed = try options.whole("seed", in: 0...Int.max) ?? 0
  }

  private let folded: LinearProbe.Validation?

  /// The probe with these options.
  func probe(threads: Int) -> LinearProbe {
    LinearProbe(
      lambdas: lambdas ?? .logarithmic(1e-6...1, count: 13), validation: folded ?? validation,
      standardize: standardize, classWeights: classWeights, gradientNorm: gradientNorm,
      maxIterations: maxIterations, seed: UInt64(seed), threads: threads)
  }
}
