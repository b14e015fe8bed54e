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
    let selection: Selection
    let train_loss: Double
    let losses: [Double]
    let seconds: Double
  }

  /// The protocol, its rates and its scores as one JSON object, with what ``ClassificationReport/json(names:)`` has.
  ///
  /// Throws where a number is not finite.
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
          }, weight_decay: settings.weightDecay, selection: selection, train_loss: probe.trainLoss,
          losses: losses,
          seconds: seconds), second: try scores.report().document(names: names)))
  }
}

extension ResultTable {
  /// All numbers of a protocol's probe: the accuracy that chose the rate, the loss of each epoch, and the report.
  ///
  /// Throws where the predictions do not fit the classes.
  public static func csv(
    _ probe: FittedProtocolProbe, _ scores: ProbeScores, names: [String] = []
  ) throws(MVError) -> String {
    var lines = [header]
    for candidate in probe.candidates {
      if let value = candidate.selectionTop1 {
        lines.append("rate=\(candidate.learningRate),selection_top1,,,\(value)")
      }
      if let epoch = candidate.epoch { lines.append("rate=\(candidate.learningRate),selection_epoch,,,\(epoch)") }
    }
    for (epoch, loss) in probe.losses.enumerated() {
      lines.append("rate=\(probe.learningRate) epoch=\(epoch + 1),train_loss,,,\(loss)")
    }
    lines += try scores.report().lines(setting: "rate=\(probe.learningRate)", names: names)
    return lines.joined(separator: "\n") + "\n"
  }
}
