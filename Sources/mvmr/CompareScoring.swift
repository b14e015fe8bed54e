internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVPages
internal import MVReports

/// The scoring of what `mvmr compare` compares, by accuracy or, where images have several classes, by precision.
struct CompareScoring {
  let contenders: [Comparison.Contender]
  /// The files of the contenders.
  let files: [String]
  let folds: Int?
  /// The neighbors that vote; nil for the usual number.
  let k: Int?
  let seed: UInt64
  /// The published fold that is learnt from.
  let fold: Int?

  /// What was found, in every form that it is told in.
  struct Result {
    let table: (header: [String], rows: [[String]])
    let caption: String
    let csv: String
    let markdown: String
    let latex: String
    let json: Data
    let record: EvaluationRecord
    let notices: [String]
    /// The page, by its title, its kind and what it says of the comparison.
    let page: (String, String, FactList) -> ComparisonPage
  }

  private var neighbors: Int { k ?? Comparison.neighborCount }

  /// Checks all that can be known before the work; throws what a comparison would throw of it.
  func check(severalClasses: Bool) throws(MVError) {
    if severalClasses {
      try MultiLabelComparison.check(contenders)
    } else {
      try Comparison.check(contenders, folds: folds, k: neighbors, seed: seed)
    }
  }

  /// Compares accuracies; throws as ``Comparison`` does.
  func byAccuracy(_ job: Job) throws(MVError) -> Result {
    let comparison = try Comparison(
      contenders, folds: folds, k: neighbors, seed: seed, cancellation: job.cancellation, progress: job.progress)
    let entries = comparison.entries
    let published = fold.map { ["fold": SettingValue.int($0)] } ?? [:]
    let record = EvaluationRecord(
      files: files, representations: Self.distinct(entries.flatMap(\.representations)),
      trainSplit: Self.distinct(entries.map(\.trainSplit)).joined(separator: ","),
      testSplit: Self.distinct(entries.map(\.testSplit)).joined(separator: ","),
      division: Self.distinct(entries.map { $0.folds.map { "\($0) folds" } ?? "test split" }).joined(separator: ","),
      settings: [
        "k": .int(neighbors), "metric": .string("cosine"), "temperature": .double(0.07),
        "weighting": .string("dino"), "lambda": .string("13 from 1e-6 to 1"), "standardize": .bool(true),
      ].merging(published) { $1 }, seed: comparison.seed, version: Version.text)
    return Result(
      table: comparison.table, caption: comparison.caption, csv: comparison.csv(version: Version.text),
      markdown: comparison.markdown, latex: comparison.latex, json: try comparison.json(), record: record,
      notices: fewNeighbors(entries.map { ($0.name, $0.k) }) + Self.zeroRows(entries.map { ($0.file, $0.zeroRows) })
    ) { title, kind, facts in
      ComparisonPage(title: title, kind: kind, comparison: comparison, facts: facts)
    }
  }

  /// Compares mean average precisions; throws as ``MultiLabelComparison`` does.
  func byPrecision(_ job: Job) throws(MVError) -> Result {
    let comparison = try MultiLabelComparison(
      contenders, k: neighbors, cancellation: job.cancellation, progress: job.progress)
    let entries = comparison.entries
    let record = EvaluationRecord(
      files: files, representations: Self.distinct(entries.flatMap(\.representations)),
      trainSplit: Self.distinct(entries.map(\.trainSplit)).joined(separator: ","),
      testSplit: Self.distinct(entries.map(\.testSplit)).joined(separator: ","), division: "test split",
      settings: [
        "k": .int(neighbors), "metric": .string("cosine"), "temperature": .double(0.07), "weighting": .string("dino"),
        "loss": .string(MultiLabelProbe.Loss.logistic.rawValue),
      ], seed: 0, version: Version.text)
    let unfitted = Self.distinct(entries.flatMap(\.unfitted))
    let told =
      unfitted.isEmpty
      ? [] : ["no classifier for \(unfitted.joined(separator: ", ")): in no train row, or in every one"]
    return Result(
      table: comparison.table, caption: comparison.caption, csv: comparison.csv(version: Version.text),
      markdown: comparison.markdown, latex: comparison.latex, json: try comparison.json(), record: record,
      notices: told + fewNeighbors(entries.map { ($0.name, $0.k) })
        + Self.zeroRows(entries.map { ($0.file, $0.zeroRows) })
    ) { title, kind, facts in
      ComparisonPage(title: title, kind: kind, comparison: comparison, facts: facts)
    }
  }

  private func fewNeighbors(_ entries: [(name: String, k: Int)]) -> [String] {
    entries.filter { $0.k < k ?? 0 }.map { "\($0.name): only \($0.k) rows can vote for each, so k = \($0.k)" }
  }

  /// A line for each file some of whose rows have no nearest ones.
  private static func zeroRows(_ entries: [(file: String, rows: [ZeroRows])]) -> [String] {
    distinct(entries.map(\.file)).compactMap { file in
      ZeroRows.notice(of: ZeroRows.joined(entries.filter { $0.file == file }.flatMap(\.rows)), in: file)
    }
  }

  private static func distinct(_ values: [String]) -> [String] {
    values.reduce(into: []) { found, value in if !found.contains(value) { found.append(value) } }
  }
}
