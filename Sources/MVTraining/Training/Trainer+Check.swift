public import MVCore
internal import MVNetworks

extension Trainer {
  /// Checks that a run with these settings can begin, without beginning it.
  ///
  /// Throws what making a trainer would throw of settings, data, representations, teachers and `initial`.
  public static func check(
    _ settings: TrainingSettings, data: TrainingData, initial: TrainedNetwork? = nil
  ) throws(MVError) {
    let learner = try Learner(settings, data: data)
    _ = try settings.schedule(stepsPerEpoch: learner.order.stepsPerEpoch)
    if let initial { _ = try begin(learner.encoder, with: initial) }
  }
}
