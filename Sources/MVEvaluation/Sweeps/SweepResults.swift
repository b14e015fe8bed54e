public import Foundation
public import MVCore

/// What the runs of a sweep came to: variants side by side, each as the mean and deviation of its seeds.
public struct SweepResults: Sendable {
  /// A number of several runs.
  public struct Statistic: Hashable, Sendable {
    /// The number of runs.
    public let count: Int
    /// Their mean.
    public let mean: Double
    /// Their sample deviation, with n - 1 under the root; nil for one run.
    public let deviation: Double?

    /// Takes mean and deviation; nil of no values.
    public init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      count = values.count
      mean = values.reduce(0, +) / Double(values.count)
      let center = mean
      let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }
  }

  /// One run.
  public struct Run: Hashable, Sendable {
    /// The seed.
    public let seed: Int
    /// The name of its folder.
    public let folder: String
    /// The scores after its last epoch, as the sweep is scored now; nil where there are none yet.
    public let scores: SweepScores?
    /// What it logged.
    public let curve: SweepCurve
  }

  /// One variant.
  public struct Variant: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it changes of the sweep's settings, as it is typed.
    public let settings: [String: String]
    /// Its runs.
    public let runs: [Run]
    /// Those that are scored.
    public var scored: [Run] { runs.filter { $0.scores != nil } }
    /// Top-1 accuracy of the nearest neighbors, 0...1; nil where no run is scored.
    public var neighbors: Statistic? { Statistic(runs.compactMap { $0.scores?.knn }) }
    /// Top-1 accuracy of the linear probe, 0...1; nil where no run is scored.
    public var probe: Statistic? { Statistic(runs.compactMap { $0.scores?.probe }) }
    /// Seconds of training: of the runs that are scored, or of all where none is.
    public var seconds: Statistic? { Statistic(counted.map(\.curve.seconds)) }
    /// The mean loss of the last epoch.
    public var loss: Statistic? { Statistic(counted.compactMap { $0.curve.points.last?.loss }) }

    /// The runs that the numbers are of: those that are scored, or where none is, those that have logged.
    public var count: Int { counted.count }

    private var counted: [Run] { scored.isEmpty ? runs.filter { !$0.curve.points.isEmpty } : scored }

    /// A score that was logged at a moment; nil where no run has one.
    func logged(_ moment: SweepMoment, _ score: (SweepCurve.Point) -> Double?) -> Statistic? {
      Statistic(counted.compactMap { $0.curve.scored(at: moment).flatMap(score) })
    }
  }

  /// What was run.
  public let record: SweepRecord
  /// The variants in the order of the sweep.
  public let variants: [Variant]

  /// Reads what is in the folder of a sweep; throws where that is none.
  public init(in folder: URL) throws(MVError) {
    let record = try SweepRecord(in: folder)
    self.record = record
    variants = record.variants.map { variant in
      Variant(
        name: variant.name, settings: variant.settings,
        runs: variant.runs.map { run in
          let place = folder.appending(path: run.folder)
          let scores = SweepScores(in: place).flatMap { $0.scoring == record.scoring ? $0 : nil }
          return Run(
            seed: run.seed, folder: run.folder, scores: scores,
            curve: SweepCurve(log: place.appending(path: "losses.csv")))
        })
    }
  }

  /// The variants, the best mean of k-NN and probe first; those without scores last, ties in the order of the sweep.
  public var ranking: [Variant] {
    func worth(_ variant: Variant) -> Double {
      guard let neighbors = variant.neighbors, let probe = variant.probe else { return -1 }
      return neighbors.mean + probe.mean
    }
    return variants.enumerated().sorted { (worth($1.element), $0.offset) < (worth($0.element), $1.offset) }.map(
      \.element)
  }

  /// What the numbers are, in a few sentences.
  public var caption: String {
    let scores = variants.flatMap(\.scored).compactMap(\.scores)
    let runs = variants.reduce(0) { $0 + $1.runs.count }
    var sentences = ["Mean and sample deviation over seeds."]
    if let first = scores.first {
      let columns =
        Set(scores.map(\.k)).count == 1 ? "k = \(first.k)" : "k of \(StandardScores.neighborCount) or what there are"
      sentences.append(
        "k-NN with \(columns), cosine, T = 0.07, and logistic regression, its penalty chosen on rows held out of what it "
          + "learns from; \(rows(first)); \(first.classes) classes.")
    }
    sentences.append("Seconds are of training, \(record.jobs) \(record.jobs == 1 ? "run" : "runs") at once.")
    if !record.moments.isEmpty {
      sentences.append(
        "At a moment before the end, both are those logged during training, last scored up to then, on training images "
          + "whose labels they hold out.")
    }
    if scores.count < runs, record.scoring != nil { sentences.append("\(scores.count) of \(runs) runs are scored.") }
    return sentences.joined(separator: " ")
  }

  private func rows(_ scores: SweepScores) -> String {
    let learned = "\(scores.trainRows) rows of \(scores.scoring.trainSplit) learnt from"
    guard let test = scores.scoring.testSplit else {
      let part = scores.scoring.heldOut.map { "a part of \($0) of it" } ?? "every fifth row of a class"
      return "\(learned), \(scores.testRows) of it scored, \(part); test is left alone"
    }
    return "\(learned), \(scores.testRows) of \(test) scored"
  }
}
