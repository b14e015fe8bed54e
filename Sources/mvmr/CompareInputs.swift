internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVRepresentations
internal import MVStore

/// What `mvmr compare` was given: feature files, folders that hold one, or sources that are made into one.
struct CompareInputs {
  /// One of them.
  private struct Input {
    let path: String
    /// The short name, before that of a representation where there are several files.
    var name: String
    let file: FeatureFile
    /// Whether the name alone says what the features are.
    let isEmbedding: Bool
  }

  private var inputs: [Input] = []
  private let arguments: ParsedArguments
  /// Whether images have several classes each; those of all inputs or of none.
  let isMultiLabel: Bool

  /// The short names, in order.
  var names: [String] { inputs.map(\.name) }
  /// The feature files, in order.
  var paths: [String] { inputs.map(\.file.url.relativePath) }

  /// What was given, before a source is extracted.
  private enum Given {
    case file(FeatureFile, name: String, isEmbedding: Bool)
    case source(CompareExtraction)

    /// The feature file.
    var url: URL {
      switch self {
      case .file(let file, _, _): file.url
      case .source(let extraction): extraction.output
      }
    }
  }

  /// Opens the files, and makes those of sources once all that was given is known to be good.
  ///
  /// Throws where one is missing, is no feature file, cannot be extracted, or is given twice.
  init(_ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    let texts = arguments.all("FILE")
    let sources = texts.filter { CompareExtraction.isSource($0) }
    guard sources.count < 2 || !arguments.has("output") else {
      throw .usage("--output", "is for one source", remedy: "leave it out: each gets a file of its own name")
    }
    for option in [
      "output", "size", "resize", "interpolation", "stretch", "exif", "layout", "limit", "skip-bad-images", "overwrite",
    ]
    where arguments.has(option) && sources.isEmpty {
      throw .usage("--\(option)", "is for a source", remedy: "give KIND:WHERE, such as folder:photos")
    }
    var given: [Given] = []
    for text in texts { given.append(try Self.given(text, arguments)) }
    try Self.requireEachOnce(zip(texts, given).map { ($0, $1.url) })
    isMultiLabel = try Self.haveSeveralClasses(zip(texts, given).map { ($0, $1) }, arguments)
    for (text, input) in zip(texts, given) {
      switch input {
      case .file(let file, let name, let isEmbedding):
        inputs.append(Input(path: text, name: name, file: file, isEmbedding: isEmbedding))
      case .source(let extraction):
        let file = try extraction.run()
        inputs.append(Input(path: text, name: Self.stem(file.url), file: file, isEmbedding: false))
      }
    }
    for place in inputs.indices where inputs.count(where: { $0.name == inputs[place].name }) > 1 {
      inputs[place].name = inputs[place].path
    }
  }

  /// Throws where two of what was given are, or go into, one file, however they are written.
  private static func requireEachOnce(_ given: [(text: String, url: URL)]) throws(MVError) {
    var seen: [URL: String] = [:]
    for (text, url) in given {
      guard let first = seen.updateValue(text, forKey: url.standardizedFileURL.resolvingSymlinksInPath()) else {
        continue
      }
      throw .usage(
        text, "stands for \(url.relativePath), as \(first == text ? "given before" : "\(first) does")",
        remedy:
          "give each file once, and compare sources of one name as feature files: mvmr extract SOURCE --output FILE.h5")
    }
  }

  /// Whether images have several classes each; throws where some have and others not, and for options that then do not
  /// go.
  private static func haveSeveralClasses(
    _ given: [(text: String, input: Given)], _ arguments: ParsedArguments
  ) throws(MVError) -> Bool {
    let have = try given.map { (one) throws(MVError) -> Bool in
      switch one.input {
      case .source(let extraction): return extraction.isMultiLabel
      case .file(let file, _, _):
        let splits = try EvaluationSplits(of: file, train: arguments["train-split"], test: arguments["test-split"])
        return try file[splits.train].labels.isMultiLabel
      }
    }
    guard let several = have.firstIndex(of: true) else { return false }
    if let one = have.firstIndex(of: false) {
      throw .usage(
        given[several].text, "has several classes an image, \(given[one].text) one", remedy: "compare them apart")
    }
    for option in ["folds", "fold", "seed"] where arguments.has(option) {
      throw .usage("--\(option)", "is for images of one class each", remedy: "leave it out: these have several")
    }
    return true
  }

  private static func given(_ text: String, _ arguments: ParsedArguments) throws(MVError) -> Given {
    if CompareExtraction.isSource(text) { return .source(try CompareExtraction(text, arguments)) }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: text, isDirectory: &isFolder), isFolder.boolValue else {
      let url = URL(filePath: text)
      return .file(try FeatureFile(reading: url), name: stem(url), isEmbedding: false)
    }
    let folder = URL(filePath: text)
    let embedding = folder.appending(path: "embedding.h5")
    guard FileManager.default.fileExists(atPath: embedding.path) else {
      let isRun = FileManager.default.fileExists(atPath: folder.appending(path: "last.ckpt").path)
      throw .missingInput(
        text, "holds no embedding.h5",
        remedy: isRun
          ? "write it: " + ShellWords.line(["mvmr", "embed", text, "SOURCE", "--output", embedding.relativePath])
          : "for its images write folder:\(text)")
    }
    return .file(try FeatureFile(reading: embedding), name: folder.lastPathComponent, isEmbedding: true)
  }

  private static func stem(_ url: URL) -> String { url.deletingPathExtension().lastPathComponent }

  /// Rows of the table, and what a user should know of them, one line each.
  ///
  /// A representation is a row, and with `--joined` all of a file are. Throws where a representation is in no file, and
  /// where a file has no labels.
  func contenders(folds: Int?) throws(MVError) -> (contenders: [Comparison.Contender], notices: [String]) {
    let wanted = try arguments.all("representation").map { (text) throws(MVError) in
      // Of a source they are specifications, and the file has their names.
      text.contains(":") ? try RepresentationSpecification(parsing: text).storedName : text
    }
    try wanted.requireEachOnce("--representation")
    let known = Set(inputs.flatMap { $0.file.representations.map(\.name) })
    if let missing = wanted.first(where: { !known.contains($0) }) {
      throw .usage(
        "representation \(missing)", "is in no file", remedy: "there are \(known.sorted().joined(separator: ", "))")
    }
    var contenders: [Comparison.Contender] = []
    var notices = inputs.flatMap(\.file.notices)
    var scored: [(input: Input, contender: Comparison.Contender)] = []
    for input in inputs {
      let splits = try EvaluationSplits(
        of: input.file, train: arguments["train-split"], test: arguments["test-split"])
      let names = input.file.representations.map(\.name).filter { wanted.isEmpty || wanted.contains($0) }
      let fold = try PublishedFold.subset(arguments, of: input.file)
      for name in names {
        contenders.append(try contender(title(name, of: input), of: input, [name], splits, fold))
      }
      guard let last = contenders.last, !names.isEmpty else { continue }
      if arguments.has("joined"), names.count > 1 {
        contenders.append(try contender(title("all joined", of: input), of: input, names, splits, fold))
      }
      scored.append((input, last))
      notices += self.notices(splits, last.pair, of: input, names, folds: folds)
    }
    return (contenders, notices + Self.pairings(scored, folds: folds))
  }

  private func contender(
    _ title: String, of input: Input, _ names: [String], _ splits: EvaluationSplits, _ fold: LabelSubset?
  ) throws(MVError) -> Comparison.Contender {
    var contender = try Comparison.Contender(title, of: input.file, names, splits: splits)
    if let pair = try WideRows.projected(contender.pair) {
      contender = Comparison.Contender(
        "\(title) (projected)", pair, trainIDs: contender.trainIDs, testIDs: contender.testIDs, file: contender.file)
    }
    guard let fold else { return contender }
    guard !arguments.has("folds") else {
      throw .usage("--folds", "does not go with --fold", remedy: "leave one of them out")
    }
    guard case .splits(let train, let test) = contender.pair, let ids = contender.trainIDs else {
      throw .usage("--fold", "wants a test split, and \(input.path) has none", remedy: "leave it out")
    }
    return Comparison.Contender(
      contender.name, .splits(train: try fold.select(from: train) { ids }, test: test), trainIDs: ids,
      testIDs: contender.testIDs, file: contender.file)
  }

  /// Files of images at two places whose rows are taken for the same, as their ids and classes are.
  private static func pairings(
    _ scored: [(input: Input, contender: Comparison.Contender)], folds: Int?
  ) -> [String] {
    guard let first = scored.first, scored.count > 1 else { return [] }
    let place = first.input.file.description.location
    let rows = first.contender.scoredRows(folds: folds)
    return scored.dropFirst().compactMap { other in
      let otherPlace = other.input.file.description.location
      guard !place.isEmpty, !otherPlace.isEmpty, place != otherPlace,
        !rows.isEmpty, other.contender.scoredRows(folds: folds) == rows
      else { return nil }
      return "rows of \(first.input.path) and \(other.input.path) are taken for the same by id and class, though the "
        + "one is made from \(place), the other from \(otherPlace)"
    }
  }

  private func title(_ representation: String, of input: Input) -> String {
    if inputs.count == 1, !input.isEmbedding { return representation }
    return input.isEmbedding && input.file.representations.count == 1
      ? input.name : "\(input.name): \(representation)"
  }

  /// Below so many rows cross-validation is worth its time.
  private static let fewRows = 1000

  private func notices(
    _ splits: EvaluationSplits, _ pair: EvaluationPair, of input: Input, _ names: [String], folds: Int?
  ) -> [String] {
    var notices = splits.notices
    switch (pair, folds) {
    case (.single(let all), _):
      notices.append("there is no test split: each row of \(all.name) is scored by the other folds of \(folds ?? 5)")
    case (.splits(let train, _), let folds?):
      notices.append("each row of \(train.name) is scored by the other folds of \(folds); test is left alone")
    case (.splits(let train, let test), nil):
      notices += pair.notices(heldOut: true, names: input.file.classNames)
      if arguments.has("fold") { notices.append("\(train.rows.count) rows of \(train.name) are learnt from") }
      if train.rows.count + test.rows.count < Self.fewRows, !arguments.has("fold"), !isMultiLabel {
        notices.append("with few rows, --folds 5 scores every row of \(train.name) instead")
      }
    }
    for split in input.file.splits where pair.splitNames.contains(split.name) && !split.skipped.isEmpty {
      notices.append("\(split.skipped.count) rows of \(split.name) left out, whose images could not be read")
    }
    for wide in input.file.representations where names.contains(wide.name) && wide.columns > WideRows.mostColumns {
      notices.append(
        "\(wide.name) has \(wide.columns) values a row, of which a probe takes minutes: a random projection to "
          + "\(WideRows.sketchedColumns) is scored")
    }
    return notices.map { inputs.count == 1 ? $0 : "\(input.name): \($0)" }
  }
}
