public import Foundation
public import MVCore
internal import MVFiles

extension FittedProtocolProbe {
  private struct Document: Encodable {
    struct Candidate: Encodable {
      let learning_rate: Double
      let scaled_rate: Double
      let selection_top1: Double?
      let epoch: Int?
      let diverged: Bool
    }
    let `protocol`: String
    let source: String
    let batch_size: Int
    let epochs: Int
    let learning_rate: Double
    let learning_rates: [Candidate]
    let weight_decay: Double
    let selection: String
    let train_loss: Double
    let losses: [Double]
    let seconds: Double
  }

  /// The protocol, its rates and its scores as one JSON object, with what ``ClassificationReport/json(names:)`` has.
  public func json(_ scores: ProbeScores, names: [String] = []) throws(MVError) -> Data {
    try CanonicalJSON.data(
      Joined(
        first: Document(
          protocol: settings.name, source: settings.source, batch_size: settings.batchSize, epochs: epochs,
          learning_rate: learningRate,
          learning_rates: candidates.map {
            .init(
              learning_rate: $0.learningRate, scaled_rate: $0.scaledRate, selection_top1: $0.selectionTop1,
              epoch: $0.epoch, diverged: $0.diverged)
          }, weight_decay: settings.weightDecay, selection: selection, train_loss: probe.trainLoss, losses: losses,
          seconds: seconds), second: try scores.report().document(names: names)))
  }
}
