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

  /// The short names, in order.
  var names: [String] { inputs.map(\.name) }
  /// The feature files, in order.
  var paths: [String] { inputs.map(\.file.url.relativePath) }

  /// Opens the files, and makes those of sources.
  ///
  /// Throws where one is missing, is no feature file, or cannot be extracted.
  init(_ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    let given = arguments.all("FILE")
    let sources = given.filter { CompareExtraction.isSource($0) }
    guard sources.count < 2 || !arguments.has("output") else {
      throw .usage("--output", "is for one source", remedy: "leave it out: each gets a file of its own name")
    }
    for option in ["output", "size", "exif", "skip-bad-images", "overwrite"]
    where arguments.has(option) && sources.isEmpty {
      throw .usage("--\(option)", "is for a source", remedy: "give KIND:WHERE, such as folder:photos")
    }
    for text in given { inputs.append(try Self.input(text, arguments)) }
    for place in inputs.indices where inputs.count(where: { $0.name == inputs[place].name }) > 1 {
      inputs[place].name = inputs[place].path
    }
  }

  private static func input(_ text: String, _ arguments: ParsedArguments) throws(MVError) -> Input {
    if CompareExtraction.isSource(text) {
      let url = try CompareExtraction(text, arguments).run()
      return Input(path: text, name: stem(url), file: try FeatureFile(reading: url), isEmbedding: false)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: text, isDirectory: &isFolder), isFolder.boolValue else {
      let url = URL(filePath: text)
      return Input(path: text, name: stem(url), file: try FeatureFile(reading: url), isEmbedding: false)
    }
    let folder = URL(filePath: text)
    let embedding = folder.appending(path: "embedding.h5")
    guard FileManager.default.fileExists(atPath: embedding.path) else {
      let isRun = FileManager.default.fileExists(atPath: folder.appending(path: "last.ckpt").path)
      throw .missingInput(
        text, "holds no embedding.h5",
        remedy: isRun
          ? "write it: mvmr embed \(text) SOURCE --output \(embedding.relativePath)"
          : "for its images write folder:\(text)")
    }
    return Input(
      path: text, name: folder.lastPathComponent, file: try FeatureFile(reading: embedding), isEmbedding: true)
  }

  private static func stem(_ url: URL) -> String { url.deletingPathExtension().lastPathComponent }

  /// A row of the table for each representation, and notes on the rows that they are scored on.
  ///
  /// Throws where a representation is in no file, and where a file has no labels.
  func contenders(folds: Int?) throws(MVError) -> [Comparison.Contender] {
    let wanted = try arguments.all("representation").map { (text) throws(MVError) in
      // Of a source they are specifications, and the file has their names.
      text.contains(":") ? try RepresentationSpecification(parsing: text).storedName : text
    }
    let known = Set(inputs.flatMap { $0.file.representations.map(\.name) })
    if let missing = wanted.first(where: { !known.contains($0) }) {
      throw .usage(
        "representation \(missing)", "is in no file", remedy: "there are \(known.sorted().joined(separator: ", "))")
    }
    var contenders: [Comparison.Contender] = []
    for input in inputs {
      let splits = try EvaluationSplits(
        of: input.file, train: arguments["train-split"], test: arguments["test-split"])
      let names = input.file.representations.map(\.name).filter { wanted.isEmpty || wanted.contains($0) }
      for name in names {
        contenders.append(
          try Comparison.Contender(title(name, of: input), of: input.file, [name], splits: splits))
      }
      if arguments.has("joined"), names.count > 1 {
        contenders.append(
          try Comparison.Contender(title("all joined", of: input), of: input.file, names, splits: splits))
      }
      if let last = contenders.last, !names.isEmpty { tell(splits, last.pair, of: input, folds: folds) }
    }
    return contenders
  }

  private func title(_ representation: String, of input: Input) -> String {
    if inputs.count == 1, !input.isEmbedding { return representation }
    return input.isEmbedding && input.file.representations.count == 1
      ? input.name : "\(input.name): \(representation)"
  }

  /// Below so many rows cross-validation is worth its time.
  private static let fewRows = 1000

  private func tell(_ splits: EvaluationSplits, _ pair: EvaluationPair, of input: Input, folds: Int?) {
    let prefix = inputs.count == 1 ? "note: " : "note: \(input.name): "
    for notice in splits.notices { Terminal.message(prefix + notice) }
    switch (pair, folds) {
    case (.single(let all), _):
      Terminal.message(
        "\(prefix)there is no test split: each row of \(all.name) is scored by the other folds of \(folds ?? 5)")
    case (.splits(let train, _), let folds?):
      Terminal.message(
        "\(prefix)each row of \(train.name) is scored by the other folds of \(folds); test is left alone")
    case (.splits(let train, let test), nil):
      for notice in pair.notices(heldOut: true, names: input.file.classNames) { Terminal.message(prefix + notice) }
      if train.rows.count + test.rows.count < Self.fewRows {
        Terminal.message("\(prefix)with few rows, --folds 5 scores every row of \(train.name) instead")
      }
    }
  }
}
