internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVReports
internal import MVStore

/// `--fold N`: the train rows of one of STL-10's published folds.
enum PublishedFold {
  static let option = Argument.option(
    "fold", "N", "STL-10: learn from the 1,000 train rows of the N-th of the ten published folds")

  /// The rows that `--fold` asks for; nil without it.
  ///
  /// The folds are read where the file says that its images are: they come with them, and not with the features.
  static func subset(_ arguments: ParsedArguments, of file: FeatureFile) throws(MVError) -> LabelSubset? {
    guard let number = try arguments.int("fold", in: 1...STL10.foldCount) else { return nil }
    for option in ["label-list", "label-fraction"] where arguments.has(option) {
      throw .usage("--fold", "does not go with --\(option)", remedy: "give one of them")
    }
    guard file.dataset == "stl10" else {
      throw .usage(
        "--fold \(number)", "is for STL-10, and \(file.url.path) holds \(file.dataset)",
        remedy: "list the rows by --label-list")
    }
    try RecordedSource.check(file)
    var failure: MVError?
    for place in try RecordedSource(of: file.description).candidates.flatMap(\.paths) {
      do throws(MVError) {
        return .listed(try STL10.fold(number, directory: URL(filePath: place)), as: .ids)
      } catch { failure = failure ?? error }
    }
    let error = failure ?? .missingInput(file.url.path, "does not say where its images are")
    throw MVError(
      error.kind, error.subject, "\(error.reason): the folds are read from there",
      remedy: "put the images back, or list the fold's rows by --label-list")
  }
}
