public import Foundation
public import MVCore
internal import MVFiles

extension SweepResults {
  private struct Document: Encodable {
    struct Number: Encodable {
      let mean: Double
      let deviation: Double?

      init?(_ statistic: Statistic?) {
        guard let statistic else { return nil }
        mean = statistic.mean
        deviation = statistic.deviation
      }
    }
    struct Moment: Encodable {
      let at: String
      let knn: Number?
      let probe: Number?
    }
    struct Run: Encodable {
      let seed: Int
      let folder: String
      let epochs: Int
      let seconds: Double
      let loss: Double?
      let knn: Double?
      let probe: Double?
      let lambda: Double?
    }
    struct Row: Encodable {
      let name: String
      let settings: [String: String]
      let runs: [Run]
      let knn: Number?
      let probe: Number?
      let loss: Number?
      let seconds: Number?
      let moments: [Moment]
    }
    struct Scoring: Encodable {
      let train_split: String
      let test_split: String?
      let held_out: Double?
      let train_rows: Int?
      let test_rows: Int?
      let k: Int?
      let classes: Int?
    }
    let variants: [Row]
    let scoring: Scoring?
    let jobs: Int
    let command: String
    let version: String
  }

  /// The results as one JSON object: variants, the best first, with mean and deviation of each number and every run.
  ///
  /// Throws where a number is not finite.
  public func json() throws(MVError) -> Data {
    let scores = variants.flatMap(\.scored).first?.scores
    return try CanonicalJSON.data(
      Document(
        variants: ranking.map { variant in
          Document.Row(
            name: variant.name, settings: variant.settings, runs: variant.runs.map(Self.document),
            knn: .init(variant.neighbors), probe: .init(variant.probe), loss: .init(variant.loss),
            seconds: .init(variant.seconds),
            moments: record.moments.map { moment in
              .init(
                at: moment.description, knn: .init(variant.logged(moment, \.neighbors)),
                probe: .init(variant.logged(moment, \.probe)))
            })
        },
        scoring: record.scoring.map {
          .init(
            train_split: $0.trainSplit, test_split: $0.testSplit, held_out: $0.heldOut, train_rows: scores?.trainRows,
            test_rows: scores?.testRows, k: scores?.k, classes: scores?.classes)
        }, jobs: record.jobs, command: record.command, version: record.version))
  }

  private static func document(_ run: Run) -> Document.Run {
    Document.Run(
      seed: run.seed, folder: run.folder, epochs: run.curve.points.last?.epoch ?? 0, seconds: run.curve.seconds,
      loss: run.curve.points.last?.loss, knn: run.scores?.knn, probe: run.scores?.probe, lambda: run.scores?.lambda)
  }
}
