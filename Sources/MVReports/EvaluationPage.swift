internal import Foundation
internal import MVCore
public import MVEvaluation
public import MVPages
public import MVStore

/// A page about one evaluation: scores, their origin, confusion, classes, a map of the features, nearest neighbors.
///
/// Sections appear in the order in which they are added. The page is one file that needs no network and runs no script.
public struct EvaluationPage: Sendable {
  /// The page so far.
  public internal(set) var page: Page
  /// The seed that decides which rows the map and the gallery show.
  public let seed: UInt64
  let file: FeatureFile
  let pair: EvaluationPair
  let representations: [String]
  /// The class and the prediction of each test row, from the scores that were added last.
  var predictions: (rows: [Int], classes: [Int64], predictions: [Int64])?
  var metric = NearestNeighbors.Metric.cosine

  var names: [String] { file.classNames }

  /// Creates a page that begins with what was evaluated: file, data set, splits, representations and their settings.
  ///
  /// `heldOut` says that the test rows were held out of the single split, and `folds` that it was cross-validated.
  /// `origin` has what made the features, `settings` those of the method, `command` the command line and `software` the
  /// versions it ran with; facts without a line are left out.
  public init(
    title: String, kind: String, file: FeatureFile, representations: [String], pair: EvaluationPair, heldOut: Bool,
    folds: Int? = nil, seed: UInt64 = 0, origin: [FactList.Fact] = [], settings: String = "", command: String = "",
    software: [String] = []
  ) {
    self.init(
      continuing: Page(title: title, kind: kind), file: file, representations: representations, pair: pair,
      seed: seed)
    let description = file.description
    var facts = FactList()
    for fact in origin { facts.add(fact.name, fact.lines) }
    facts.add(
      "feature file", [file.url.relativePath, description.created.isEmpty ? "" : "made \(description.created)"])
    facts.add("data set", [description.dataset, description.location])
    switch pair {
    case .splits(let train, let test):
      facts.add("train", Self.rows(of: train))
      facts.add("test", Self.rows(of: test))
    case .single(let all):
      facts.add(
        "train and test", Self.rows(of: all),
        folds.map { "each row by the other folds of \($0)" }
          ?? (heldOut
            ? "every fifth row of each class is held out for testing" : "each row by the others (leave one out)"))
    }
    for plan in file.representations where representations.contains(plan.name) {
      let settings = plan.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let shape = plan.shape.map(String.init).joined(separator: " × ")
      facts.add(
        plan.name, "\(plan.representation), \(shape) values a row", settings.joined(separator: ", "))
    }
    facts.add("settings", settings)
    facts.add("seed", "\(seed): which rows the map and the gallery show")
    facts.add("command", command)
    facts.add("software", software.joined(separator: ", "))
    page.heading("What was evaluated")
    page.facts(facts)
  }

  /// Continues `page`, which already says what was evaluated.
  public init(
    continuing page: Page, file: FeatureFile, representations: [String], pair: EvaluationPair, seed: UInt64 = 0
  ) {
    self.file = file
    self.pair = pair
    self.representations = representations
    self.seed = seed
    self.page = page
  }

  /// Lets later sections show these predictions, without adding a section of its own.
  public mutating func show(_ scores: ProbeScores) {
    predictions = (scores.testRows, scores.classes, scores.predictions)
  }

  private static func rows(of split: LabeledFeatures) -> String {
    let left = split.labels.count - split.rows.count
    return "\(split.rows.count) rows of \(split.name)\(left > 0 ? ", \(left) not in use" : "")"
  }

  /// The name of a class, or its number where it has no name.
  func name(_ label: Int64) -> String {
    label < 0 ? "unlabelled" : label < names.count ? names[Int(label)] : "\(label)"
  }
}
