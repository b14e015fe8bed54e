public import MVCore

/// Every number of an evaluation as one CSV file: `setting,measure,class,prediction,value`, one value a line.
///
/// A setting is `k=20 T=0.07`, `lambda=0.01` or `rate=0.1`. Fields that a measure has no use for are empty.
public enum ResultTable {
  private static let header = "setting,measure,class,prediction,value"

  /// All of k-nearest-neighbor classification: a report for every k and temperature.
  public static func csv(_ scores: NearestNeighborScores, names: [String] = []) throws(MVError) -> String {
    var lines = [header]
    for result in scores.results {
      let temperature = result.temperature.map { " T=\($0)" } ?? ""
      lines += try scores.report(of: result).lines(setting: "k=\(result.k)\(temperature)", names: names)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// All of a linear probe: how every penalty did on held-out rows, and the report of the one chosen.
  public static func csv(
    _ probe: FittedProbe, _ scores: ProbeScores, names: [String] = []
  ) throws(MVError) -> String {
    var lines = [header]
    for candidate in probe.candidates {
      if let value = candidate.validationTop1 { lines.append("lambda=\(candidate.lambda),validation_top1,,,\(value)") }
      if let value = candidate.validationBalancedAccuracy {
        lines.append("lambda=\(candidate.lambda),validation_balanced_accuracy,,,\(value)")
      }
    }
    lines += try scores.report().lines(setting: "lambda=\(probe.lambda)", names: names)
    return lines.joined(separator: "\n") + "\n"
  }

  /// All of a protocol's probe: how every rate did where it was chosen, the loss of each epoch, and the report.
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
