public import Foundation
public import MVCore
internal import MVFiles
public import MVStore

/// How well the embeddings of one finished run of a sweep tell classes apart.
public struct SweepScores: Hashable, Sendable, Codable {
  /// How they were scored.
  public let scoring: SweepScoring
  /// Top-1 accuracy of the nearest neighbors, 0...1.
  public let knn: Double
  /// Top-1 accuracy of the linear probe, 0...1.
  public let probe: Double
  /// The number of neighbors that voted.
  public let k: Int
  /// The penalty that the probe chose on rows held out of what it learns from.
  public let lambda: Double
  /// The number of values an embedding has.
  public let columns: Int
  /// The number of rows that were learned from.
  public let trainRows: Int
  /// The number of rows that were scored.
  public let testRows: Int
  /// The number of classes.
  public let classes: Int

  /// Scores the one representation of `file` by the usual measures.
  ///
  /// A part that is held out is the same for every file of the same rows and labels. Throws as ``StandardScores`` does,
  /// and where a split is missing or no class has two rows.
  public init(
    of file: FeatureFile, _ scoring: SweepScoring, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation()
  ) throws(MVError) {
    let splits = try EvaluationSplits(of: file, train: scoring.trainSplit, test: scoring.testSplit)
    let pair = try EvaluationPair(file, representations: file.representations.map(\.name), splits: splits)
    let (train, test) = try scoring.rows(of: pair)
    let scores = try StandardScores(train: train, test: test, threads: threads, cancellation: cancellation)
    self.scoring = scoring
    knn = scores.neighborTop1
    probe = scores.probeTop1
    k = scores.neighbors.results[0].k
    lambda = Double(scores.probe.lambda)
    columns = train.columns
    trainRows = scores.neighbors.trainRows
    testRows = scores.neighbors.testRows.count
    classes = scores.neighbors.classCount
  }

  /// Where the scores of a run are in its folder.
  static func place(in run: URL) -> URL { run.appending(path: "scores.json") }

  /// Reads the scores in the folder of a run; nil where there are none that can be read, or that can be.
  public init?(in run: URL) {
    guard let bytes = try? WholeFile.bytes(of: Self.place(in: run), orStream: false),
      let scores: SweepScores = CanonicalJSON.value(from: String(decoding: bytes, as: UTF8.self)),
      (0...1).contains(scores.knn), (0...1).contains(scores.probe)
    else { return nil }
    self = scores
  }

  /// Writes the scores into the folder of a run, whole or not at all; throws where that fails.
  public func write(in run: URL) throws(MVError) {
    try AtomicFile.write(try CanonicalJSON.data(self, pretty: true), to: Self.place(in: run), followsLinks: false)
  }

  /// Removes the scores in the folder of a run, which goes on.
  public static func remove(in run: URL) { unlink(place(in: run).path) }
}

extension SweepScoring {
  /// The seed of rows that are held out: that of no run, so that all runs are scored on the same rows.
  private static let seed: UInt64 = 0

  fileprivate func rows(
    of pair: EvaluationPair
  ) throws(MVError) -> (train: LabeledFeatures, test: LabeledFeatures) {
    guard let part = heldOut else { return try pair.heldOut() }
    let all: LabeledFeatures
    switch pair {
    case .splits(let train, _), .single(let train): all = try train.labeled()
    }
    let (_, classes) = try all.labeledRows()
    let asked = Set(LabelSubset.heldOut(classes, part: part, seed: Self.seed))
    guard !asked.isEmpty else {
      throw .badData("split \(all.name)", "has no class of two rows to hold one out", remedy: "give a test split")
    }
    let places = all.rows.indices
    return (
      try all.keeping(places.filter { !asked.contains($0) }.map { all.rows[$0] }),
      try all.keeping(places.filter { asked.contains($0) }.map { all.rows[$0] })
    )
  }
}
