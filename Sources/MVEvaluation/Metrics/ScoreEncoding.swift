public import Foundation
public import MVCore
internal import MVFiles

extension NearestNeighborScores {
  private struct Document: Encodable {
    struct Row: Encodable {
      let k: Int
      let temperature: Double?
    }
    let results: [Joined<Row, ClassificationDocument>]
    let metric: String
    let temperature: Double?
    let weighting: String?
    let train_rows: Int
    let test_rows: Int
    let seconds: Double
  }

  /// The scores as one JSON object: results (k and what ``ClassificationReport/json(names:)`` has), metric, temperature,
  /// train_rows, test_rows, seconds.
  ///
  /// With several temperatures each result has its own; a weighting other than DINO's is named, and has none.
  public func json(names: [String] = []) throws(MVError) -> Data {
    let single = Set(results.compactMap(\.temperature)).count == 1
    return try CanonicalJSON.data(
      Document(
        results: results.map { (result) throws(MVError) in
          Joined(
            first: .init(k: result.k, temperature: single ? nil : result.temperature),
            second: try report(of: result).document(names: names))
        },
        metric: metric.rawValue, temperature: single ? results.first?.temperature : nil,
        weighting: weighting == .dino ? nil : weighting.rawValue, train_rows: trainRows, test_rows: testRows.count,
        seconds: seconds))
  }

  /// One line a result: k, temperature (empty where there is none), top1, top5.
  public var csv: String {
    results.reduce("k,temperature,top1,top5\n") {
      $0 + "\($1.k),\($1.temperature.map { "\($0)" } ?? ""),\($1.top1),\($1.top5)\n"
    }
  }
}

extension FittedProbe {
  private struct Document: Encodable {
    struct Candidate: Encodable {
      let lambda: Double
      let validation_top1: Double?
      let validation_balanced_accuracy: Double?
    }
    let lambda: Double
    let lambdas: [Candidate]
    let train_loss: Double
    let gradient_norm: Double
    let seconds: Double
  }

  /// The probe and its scores as one JSON object: lambda, lambdas (lambda, validation_top1, validation_balanced_accuracy),
  /// train_loss, gradient_norm, seconds and what ``ClassificationReport/json(names:)`` has; the weights are not in it.
  public func json(_ scores: ProbeScores, names: [String] = []) throws(MVError) -> Data {
    try CanonicalJSON.data(
      Joined(
        first: Document(
          lambda: lambda,
          lambdas: candidates.map {
            .init(
              lambda: $0.lambda, validation_top1: $0.validationTop1,
              validation_balanced_accuracy: $0.validationBalancedAccuracy)
          }, train_loss: trainLoss, gradient_norm: gradientNorm, seconds: seconds),
        second: try scores.report().document(names: names)))
  }

  /// One line a penalty: lambda, validation_top1 (empty where there was no choice), chosen.
  public var csv: String {
    candidates.reduce("lambda,validation_top1,chosen\n") {
      $0 + "\($1.lambda),\($1.validationTop1.map { "\($0)" } ?? ""),\($1.lambda == lambda)\n"
    }
  }
}
