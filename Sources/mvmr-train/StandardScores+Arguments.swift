internal import MVCommandLine
internal import MVCore
internal import MVEvaluation

extension StandardScores.Settings {
  /// What `--k`, `--metric` and `--lambda` ask for; throws a usage error for values that are not possible.
  init(_ arguments: ParsedArguments) throws(MVError) {
    self.init()
    k = try arguments.int("k", in: 1...100_000)
    metric = try arguments.choice("metric", as: NearestNeighbors.Metric.self) ?? .cosine
    let lambdas = try arguments.doubles("lambda", in: 0...1e6)
    if !lambdas.isEmpty { self.lambdas = LambdaGrid(lambdas) }
  }
}
