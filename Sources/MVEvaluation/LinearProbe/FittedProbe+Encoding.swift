public import Foundation
public import MVCore
internal import MVFiles

extension FittedProbe {
  private struct Document: Encodable {
    struct Candidate: Encodable {
      let lambda: Double
      let validation_top1: Double?
      let validation_balanced_accuracy: Double?
      let objective, gradient_norm: Double?
      let iterations: Int?
      let ending: FittedProbe.Ending?
    }
    let lambda: Double
    let lambdas: [Candidate]
    let train_loss: Double
    let objective: Double
    let gradient_norm: Double
    let iterations: Int
    let converged: Bool
    let seconds: Double
  }

  /// The probe and its scores as one JSON object, without the weights.
  ///
  /// It has lambda, lambdas (lambda, validation_top1, validation_balanced_accuracy, objective, gradient_norm,
  /// iterations, ending; the lambda alone where it was left out), train_loss (without the penalty), objective (with
  /// it), gradient_norm, iterations and converged of the last fit, seconds and what
  /// ``ClassificationReport/json(names:)`` has. Throws where a number is not finite.
  public func json(_ scores: ProbeScores, names: [String] = []) throws(MVError) -> Data {
    try CanonicalJSON.data(
      Joined(
        first: Document(
          lambda: lambda,
          lambdas: candidates.map {
            .init(
              lambda: $0.lambda, validation_top1: $0.validationTop1,
              validation_balanced_accuracy: $0.validationBalancedAccuracy, objective: $0.objective,
              gradient_norm: $0.gradientNorm, iterations: $0.iterations, ending: $0.ending)
          }, train_loss: trainLoss, objective: objective, gradient_norm: gradientNorm, iterations: iterations,
          converged: converged, seconds: seconds),
        second: try scores.report().document(names: names)))
  }

  /// One line a penalty: lambda, validation_top1 (empty where there was no choice), chosen.
  public var csv: String {
    candidates.reduce("lambda,validation_top1,chosen\n") {
      $0 + "\($1.lambda),\($1.validationTop1.map { "\($0)" } ?? ""),\($1.lambda == lambda)\n"
    }
  }
}

extension ResultTable {
  /// All numbers of a linear probe: the held-out accuracy of every penalty, the last fit, and its report.
  ///
  /// Throws where the predictions do not fit the classes.
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
    let fit: [(String, String)] = [
      ("train_loss", "\(probe.trainLoss)"), ("objective", "\(probe.objective)"),
      ("gradient_norm", "\(probe.gradientNorm)"), ("iterations", "\(probe.iterations)"),
      ("converged", "\(probe.converged)"),
    ]
    lines += fit.map { "lambda=\(probe.lambda),\($0.0),,,\($0.1)" }
    lines += try scores.report().lines(setting: "lambda=\(probe.lambda)", names: names)
    return lines.joined(separator: "\n") + "\n"
  }
}
