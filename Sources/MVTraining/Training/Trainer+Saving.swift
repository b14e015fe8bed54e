internal import Foundation
public import MVCore
internal import MVNetworks

extension Trainer {
  /// Where the run stands, as a checkpoint records it.
  private var place: Checkpoint.Place {
    var place = learner.place(after: step)
    place.partialLoss = partialLoss
    place.bestScore = bestScore
    place.onlineHeadSteps = learner.onlineHead?.steps
    place.lossScale = learner.lossScale
    return place
  }

  /// Writes `last.ckpt`; throws, and keeps the old one, where a weight or an embedding is not finite.
  ///
  /// Of several ranks, rank 0 alone writes it.
  public func save() throws(MVError) {
    guard isFirst else { return }
    try lock?.take()
    try save(to: Trainer.checkpoint(in: folder))
  }

  /// What is left of a run that cannot go on, in words.
  var lastGoodState: String {
    let file = Trainer.checkpoint(in: folder)
    return FileManager.default.fileExists(atPath: file.path)
      ? "\(file.lastPathComponent) holds the last good state" : "no checkpoint was written yet"
  }

  /// Writes a checkpoint to `url`; throws, and keeps the old one, where a weight or an embedding is not finite.
  func save(to url: URL) throws(MVError) {
    let networks =
      learner.averaged.map { $0.state + encoder.state.prefixed(Checkpoint.trainingPrefix) } ?? encoder.state
    for item in networks {
      guard try item.tensor.isFinite() else {
        throw .badData(
          "weights \(item.name)", "are not finite after step \(step)",
          remedy: "lower lr or set clip; \(lastGoodState)")
      }
    }
    // Weights may be finite and yet so large that no embedding is.
    let images = try data.images(Array(0..<min(4, data.count)))
    for output in [NetworkOutput.features, .projection] {
      guard try embedder(output).embed(images).values.allSatisfy(\.isFinite) else {
        throw .badData(
          "embedding", "is not finite after step \(step): \(output)",
          remedy: "lower lr or set clip; \(lastGoodState)")
      }
    }
    try Checkpoint.write(
      networks + learner.optimizer.state + (learner.onlineHead?.state ?? []), settings: settings, place: place,
      origin: origin, to: url)
  }
}
