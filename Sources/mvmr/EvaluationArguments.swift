internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVStore

/// The arguments of the commands that score representations of a feature file.
enum EvaluationArguments {
  static let options: [Argument] = [
    .positional("FILE", "a feature file", takes: .file),
    .option(
      "representation", "NAME", "a representation in the file; several are joined; default: the only one",
      repeated: true),
    .flag("each", "score each representation on its own: those named, or all"),
    .option("train-split", "NAME", "the split to learn from", default: "train"),
    .option("test-split", "NAME", "the split to score", default: "test, or else val, whichever has labels"),
    .option("folds", "F", "cross-validate: score every row of the split to learn from once, by the other folds"),
    .option("seed", "N", "the seed of --folds, and of rows held out to choose a penalty", default: "0"),
    .option("label-fraction", "F", "learn from this part of each class's train rows"),
    .option(
      "label-list", "FILE", "learn from these train rows: numbers, ids or names of files, one a line", takes: .file),
    .choice(
      "label-list-kind", of: LabelSubset.ListKind.self, "what --label-list holds; seen from the list where not given"),
    .option("label-seed", "N", "the seed of --label-fraction", default: "0"), PublishedFold.option,
    .option(
      "csv", "FILE.csv", "write every number: setting, measure, class, prediction, value",
      output: .stream(["csv", "txt"])),
  ]

  /// Opens the file and chooses the splits for `representations`.
  static func pair(
    _ arguments: ParsedArguments, _ file: FeatureFile, representations: [String]
  ) throws(MVError) -> EvaluationPair {
    let splits = try EvaluationSplits(of: file, train: arguments["train-split"], test: arguments["test-split"])
    let pair = try EvaluationPair(file, representations: representations, splits: splits)
    for name in pair.splitNames {
      let skipped = try file[name].skipped.count
      if skipped > 0 { Terminal.note("\(skipped) rows of \(name) left out, whose images could not be read") }
    }
    let fold = try PublishedFold.subset(arguments, of: file)
    let subset = fold == nil ? try subset(arguments) : fold
    if arguments.has("folds") {
      guard subset == nil else {
        throw .usage("--folds", "does not go with a label subset", remedy: "leave one of them out")
      }
      // The split to learn from is divided, and the other left alone.
      if case .splits(let train, _) = pair { return .single(try train.labeled()) }
      if case .single(let all) = pair { return .single(try all.labeled()) }
    }
    guard let subset else { return pair }
    guard case .splits(let train, let test) = pair else {
      throw .usage("label subset", "wants a test split, and the file has none", remedy: "name one by --test-split")
    }
    let ids = try file[train.name].ids
    let kept = try subset.select(from: train) { ids }
    let kinds = try subset.kinds(among: ids).map(\.words)
    let read = kinds.isEmpty ? "" : ", listed by \(kinds.joined(separator: " and "))"
    Terminal.note("\(kept.rows.count) of \(train.rows.count) train rows keep their labels\(read)")
    return .splits(train: kept, test: test)
  }

  /// The feature file.
  static func file(_ arguments: ParsedArguments) throws(MVError) -> FeatureFile {
    let file = try FeatureFile(reading: URL(filePath: try arguments.required("FILE")))
    file.notices.forEach(Terminal.note)
    return file
  }

  /// The representations that are asked for, or the only one of the file; with `--each` all of it.
  ///
  /// Throws where there are several to choose from, and where one is asked for twice.
  static func representations(_ arguments: ParsedArguments, of file: FeatureFile) throws(MVError) -> [String] {
    let given = arguments.all("representation")
    try given.requireEachOnce("--representation")
    guard given.isEmpty else { return given }
    let names = file.representations.map(\.name)
    guard arguments.has("each") || names.count == 1 else {
      throw .usage(
        "--representation", "is missing", remedy: "name one of \(names.joined(separator: ", ")), or give --each")
    }
    return names
  }

  /// The folds that `--folds` asks for; nil without.
  static func folds(
    _ arguments: ParsedArguments, _ pair: EvaluationPair, _ file: FeatureFile
  ) throws(MVError) -> Folds? {
    guard let count = try arguments.int("folds", in: 2...10_000), case .single(let all) = pair else { return nil }
    return try Folds(count, of: all, ids: try file[all.name].ids, seed: try seed(arguments))
  }

  static func seed(_ arguments: ParsedArguments) throws(MVError) -> UInt64 {
    UInt64(try arguments.int("seed", in: 0...Int.max) ?? 0)
  }

  private static func subset(_ arguments: ParsedArguments) throws(MVError) -> LabelSubset? {
    let seed = UInt64(try arguments.int("label-seed", in: 0...Int.max) ?? 0)
    guard let path = arguments["label-list"] else {
      guard !arguments.has("label-list-kind") else {
        throw .usage("--label-list-kind", "is for --label-list", remedy: "give the list too, or leave it out")
      }
      return try arguments.double("label-fraction", in: 0...1).map { .fraction($0, seed: seed) }
    }
    guard !arguments.has("label-fraction") else {
      throw .usage("--label-list", "does not go with --label-fraction", remedy: "give one of them")
    }
    let lines = try WholeFile.lines(
      of: URL(filePath: path), remedy: "give a file of row numbers, ids or names of files, one a line")
    let kind = try arguments.choice("label-list-kind", as: LabelSubset.ListKind.self)
    return .listed(lines.filter { !$0.isEmpty }, as: kind)
  }

  /// Says what the user should know of the choice of splits and of the rows.
  static func printNotices(
    of pair: EvaluationPair, heldOut: Bool, folds: Folds?, _ arguments: ParsedArguments, _ file: FeatureFile
  ) throws(MVError) {
    let splits = try EvaluationSplits(of: file, train: arguments["train-split"], test: arguments["test-split"])
    var notices = splits.notices
    let own = pair.notices(heldOut: heldOut, names: file.classNames)
    if let folds, case .single(let all) = pair {
      let test = splits.test.map { "; \($0) is left alone" } ?? ""
      notices.append("each row of \(all.name) is scored by the other folds of \(folds.count)\(test)")
      notices += own.dropFirst()
    } else {
      notices += own
      let rows =
        switch pair {
        case .splits(let train, let test): train.rows.count + test.rows.count
        case .single(let all): all.rows.count
        }
      if rows < fewRows, !arguments.has("label-fraction"), !arguments.has("label-list"), case .single = pair.trainLabels
      {
        notices.append("with few rows, --folds 5 scores every row of \(splits.train) by k-NN and probe alike")
      }
    }
    notices.forEach(Terminal.note)
  }

  /// Below so many rows cross-validation is worth its time.
  static let fewRows = 1000

  /// What the numbers are of.
  static func record(
    _ arguments: ParsedArguments, _ pair: EvaluationPair, folds: Folds?, heldOut: Bool, representations: [String],
    settings: [String: SettingValue], seed: UInt64? = nil
  ) throws(MVError) -> EvaluationRecord {
    let (train, test): (String, String)
    var division = "test split"
    switch pair {
    case .splits(let first, let second): (train, test) = (first.name, second.name)
    case .single(let all):
      (train, test) = (all.name, all.name)
      division = folds.map { "\($0.count) folds" } ?? (heldOut ? "every fifth row held out" : "leave one out")
    }
    var settings = settings
    for option in ["label-fraction", "label-list", "label-seed"] {
      if let text = arguments[option] { settings[option] = .string(text) }
    }
    var drawn = try self.seed(arguments)
    if let seed { drawn = seed }
    return EvaluationRecord(
      files: [try arguments.required("FILE")], representations: representations, trainSplit: train, testSplit: test,
      division: division, settings: settings, seed: drawn, version: Version.text)
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
}
