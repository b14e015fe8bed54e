internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// The arguments of the commands that score representations of a feature file.
enum EvaluationArguments {
  static let options: [Argument] = [
    .positional("FILE", "a feature file"),
    .option(
      "representation", "NAME", "a representation in the file; several are joined", required: true, repeated: true),
    .option("train-split", "NAME", "the split to learn from", default: "train"),
    .option("test-split", "NAME", "the split to score", default: "test, or else val"),
  ]

  /// Opens the file and chooses the splits.
  static func pair(_ arguments: ParsedArguments) throws(MVError) -> EvaluationPair {
    let file = try FeatureFile(reading: URL(filePath: try arguments.required("FILE")))
    return try EvaluationPair(
      file, representations: arguments.all("representation"), trainSplit: arguments["train-split"],
      testSplit: arguments["test-split"])
  }

  /// The class names that the file holds.
  static func classNames(_ arguments: ParsedArguments) throws(MVError) -> [String] {
    try FeatureFile(reading: URL(filePath: try arguments.required("FILE"))).description.classNames
  }
}
