internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// What `mvmr evaluate --protocol` scores besides: a head trained as a paper did, over the crops that were embedded.
struct ProtocolScores {
  static let option = Argument.choice(
    "protocol", among: SGDProtocol.all.map(\.name), "train a head as a paper did, too, over the crops of --augmented")

  /// The head.
  let fitted: FittedProtocolProbe
  /// What its predictions are worth.
  let scores: ProbeScores
  /// How many crops of each image it learnt from.
  let crops: Int

  /// The protocol that is asked for; nil for none.
  ///
  /// Throws where there is no such.
  static func settings(_ arguments: ParsedArguments) throws(MVError) -> SGDProtocol? {
    guard let name = arguments["protocol"] else { return nil }
    guard let found = SGDProtocol.all.first(where: { $0.name == name }) else {
      throw .usage(
        "--protocol \(name)", "is not known",
        remedy: "it takes \(SGDProtocol.all.map(\.name).joined(separator: ", "))")
    }
    return found
  }

  /// Trains and scores a head on the rows of a pair; throws where that fails or is interrupted.
  init(_ settings: SGDProtocol, of pair: EvaluationPair, in file: FeatureFile) throws(MVError) {
    let (train, test) = try pair.heldOut()
    let views = settings.augments ? try train.crops(in: file) : []
    if views.isEmpty, settings.augments {
      Terminal.message("note: \(settings.name) learns from plain images here: --augmented N embeds crops for it")
    }
    let fitted = try Job(settings.name, unit: "rows").run { (job) throws(MVError) in
      try ProtocolProbe(settings).fit(train, crops: views, cancellation: job.cancellation, progress: job.progress)
    }
    scores = try fitted.probe.score(test, cancellation: Interruption.cancellation)
    self.fitted = fitted
    crops = views.count
  }

  /// `mv-mr over 4 crops 81.20 %`.
  func line() -> String {
    "\(fitted.settings.name)\(crops > 0 ? " over \(crops) crops" : "") \(Percent(scores.top1))"
  }
}
