internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVStore

/// The arguments of the commands that score representations of a feature file.
enum EvaluationArguments {
  static let options: [Argument] = [
    .positional("FILE", "a feature file"),
    .option(
      "representation", "NAME", "a representation in the file; several are joined", required: true, repeated: true),
    .option("train-split", "NAME", "the split to learn from", default: "train"),
    .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
    .option("label-fraction", "F", "learn from this part of each class's train rows"),
    .option("label-list", "FILE", "learn from these train rows: numbers or ids, one a line"),
    .choice(
      "label-list-kind", of: LabelSubset.ListKind.self, "what --label-list holds; seen from the list where not given"),
    .option("label-seed", "N", "the seed of --label-fraction", default: "0"),
    .option("csv", "FILE.csv", "write every number: setting, measure, class, prediction, value"),
  ]

  /// Opens the file and chooses the splits.
  static func pair(_ arguments: ParsedArguments) throws(MVError) -> EvaluationPair {
    let file = try FeatureFile(reading: URL(filePath: try arguments.required("FILE")))
    for notice in file.notices { Terminal.message("note: \(notice)") }
    let splits = try EvaluationSplits(of: file, train: arguments["train-split"], test: arguments["test-split"])
    for notice in splits.notices { Terminal.message("note: \(notice)") }
    let pair = try EvaluationPair(file, representations: arguments.all("representation"), splits: splits)
    for name in pair.splitNames {
      let skipped = try file[name].skipped.count
      if skipped > 0 { Terminal.message("note: \(skipped) rows of \(name) left out, whose images could not be read") }
    }
    guard let subset = try subset(arguments) else { return pair }
    guard case .splits(let train, let test) = pair else {
      throw .usage("label subset", "wants a test split, and the file has none", remedy: "name one by --test-split")
    }
    let ids = try file[train.name].ids
    let kept = try subset.select(from: train) { ids }
    let kinds = try subset.kinds(among: ids).map { $0 == .rows ? "row numbers" : "ids" }
    let read = kinds.isEmpty ? "" : ", listed by \(kinds.joined(separator: " and "))"
    Terminal.message("note: \(kept.rows.count) of \(train.rows.count) train rows keep their labels\(read)")
    return .splits(train: kept, test: test)
  }

  private static func subset(_ arguments: ParsedArguments) throws(MVError) -> LabelSubset? {
    let seed = UInt64(try arguments.int("label-seed", in: 0...Int.max) ?? 0)
    guard let path = arguments["label-list"] else {
      guard !arguments.has("label-list-kind") else {
        throw .usage("--label-list-kind", "is for --label-list", remedy: "give the list too, or leave it out")
      }
      return try arguments.doubles("label-fraction", in: 0...1).last.map { .fraction($0, seed: seed) }
    }
    guard !arguments.has("label-fraction") else {
      throw .usage("--label-list", "does not go with --label-fraction", remedy: "give one of them")
    }
    let lines = try WholeFile.lines(of: URL(filePath: path), remedy: "give a file of row numbers or ids, one a line")
    let kind = try arguments.choice("label-list-kind", as: LabelSubset.ListKind.self)
    return .listed(lines.filter { !$0.isEmpty }, as: kind)
  }

  /// Says what the user should know of the rows.
  static func printNotices(of pair: EvaluationPair, heldOut: Bool, _ arguments: ParsedArguments) throws(MVError) {
    for notice in pair.notices(heldOut: heldOut, names: try classNames(arguments)) {
      Terminal.message("note: \(notice)")
    }
  }

  /// Writes the file that `--csv` asks for, if it does.
  static func writeTable(_ arguments: ParsedArguments, _ table: () throws(MVError) -> String) throws(MVError) {
    guard let path = arguments["csv"] else { return }
    try AtomicFile.write(table(), to: URL(filePath: path))
  }

  /// The line of accuracies: top-1 with its interval, top-5, balanced accuracy.
  static func summary(_ report: ClassificationReport) -> String {
    let interval = report.interval()
    return "top-1 \(Percent(report.top1))  top-5 \(report.top5.map { Percent($0).description } ?? "-")  "
      + "balanced \(Percent(report.balancedAccuracy))  "
      + "95 % interval \(Percent(interval.lowerBound)) to \(Percent(interval.upperBound))"
  }

  /// A setting in three digits.
  static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  /// The class names that the file holds.
  static func classNames(_ arguments: ParsedArguments) throws(MVError) -> [String] {
    try FeatureFile(reading: URL(filePath: try arguments.required("FILE"))).description.classNames
  }
}
