public import Foundation
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

  /// Checks that teachers which are programs are those that the run in `folder` was trained with; none is run.
  ///
  /// Throws where one is another; a folder without a run has none to compare.
  public static func checkPrograms(of settings: TrainingSettings, goingOnIn folder: URL) throws(MVError) {
    guard !settings.teachers.isEmpty, let found = try? Checkpoint(contentsOf: checkpoint(in: folder)) else { return }
    try matchPrograms(found, settings)
  }
}
