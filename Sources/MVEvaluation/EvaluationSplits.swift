internal import Foundation
public import MVCore
public import MVStore

/// The splits that an evaluation learns from and scores, chosen by their names and by whether they have labels.
///
/// It is chosen before any work, of a feature file or of a source that is still to be embedded.
public struct EvaluationSplits: Hashable, Sendable {
  /// The split to learn from.
  public let train: String
  /// The split to score; nil where there is none but train.
  public let test: String?
  /// What the user should know of the choice: a split that would have been chosen if it had labels.
  public let notices: [String]

  /// What the choice needs to know of a split.
  public struct Candidate: Hashable, Sendable {
    /// The split's name.
    public let name: String
    /// Whether any row has a label.
    public let hasLabels: Bool

    /// Describes a split by its name and the labels of its rows.
    public init(_ name: String, _ labels: Labels) {
      self.name = name
      hasLabels = (0..<labels.count).contains { labels.hasLabel($0) }
    }
  }

  /// The names of splits to learn from, in order of preference.
  private static let trainNames = ["train", "trainval", "training"]
  /// The names of splits to score, in order of preference.
  private static let testNames = ["test", "testing", "val", "valid", "validation"]

  /// Chooses among the splits of a feature file or a source; a name that is given is taken, in any other case the
  /// first usual one that has labels.
  ///
  /// `place` names the file or source. Throws where a named split is not there or has no labels, and where no split to
  /// learn from has labels.
  public init(
    of splits: [Candidate], place: String, train: String? = nil, test: String? = nil
  ) throws(MVError) {
    let labeled = splits.filter(\.hasLabels).map(\.name)
    for (option, name) in [("train split", train), ("test split", test)] {
      guard let name else { continue }
      guard let split = splits.first(where: { $0.name == name }) else {
        throw .usage(
          place, "has no split \(name)", remedy: "it has \(splits.map(\.name).joined(separator: ", "))")
      }
      guard split.hasLabels else {
        throw .usage(
          "\(option) \(name)", "has no labels in \(place)",
          remedy: labeled.isEmpty ? "give a file with labels" : "these have: \(labeled.joined(separator: ", "))")
      }
    }
    guard !labeled.isEmpty else {
      throw .badData(place, "has no labels, and an evaluation needs them", remedy: "give a data set with classes")
    }
    func named(_ names: [String]) -> [String] { names.filter { name in splits.contains { $0.name == name } } }
    let usual = named(Self.trainNames)
    guard let chosenTrain = train ?? usual.first(where: labeled.contains) ?? (splits.count == 1 ? labeled.first : nil)
    else {
      throw .usage(
        place, usual.isEmpty ? "has no split train" : "has no labels in \(usual[0])",
        remedy: "name the split to learn from by --train-split: \(labeled.joined(separator: ", "))")
    }
    let tests = named(Self.testNames).filter { $0 != chosenTrain }
    let chosenTest = test ?? tests.first(where: labeled.contains)
    self.train = chosenTrain
    self.test = chosenTest == chosenTrain ? nil : chosenTest
    var notices: [String] = []
    if train == nil, let passed = usual.first, passed != chosenTrain {
      notices.append("\(passed) has no labels: \(chosenTrain) is learnt from instead")
    }
    if test == nil, let passed = tests.first, passed != chosenTest {
      notices.append("\(passed) has no labels: \(chosenTest.map { "\($0) is scored instead" } ?? "it is not scored")")
    }
    if let test, test == chosenTrain {
      notices.append("\(test) is the split to learn from, too: its rows are divided, and each is scored by others")
    }
    self.notices = notices
  }

  /// Chooses among the splits of a feature file; see ``init(of:place:train:test:)``.
  ///
  /// Throws where a named split is not there or has no labels, and where no split to learn from has labels.
  public init(of file: FeatureFile, train: String? = nil, test: String? = nil) throws(MVError) {
    // Crops are other views of a split's rows, which no evaluation chooses by itself.
    let splits = file.splits.filter { split in
      [train, test].contains(split.name) || CropSplit.base(of: split.name) == nil
    }
    try self.init(
      of: splits.map { Candidate($0.name, $0.labels) }, place: file.url.path, train: train, test: test)
  }
}

extension Labels {
  /// Whether a row has a label: a class, or in several columns one that is not ignored.
  func hasLabel(_ row: Int) -> Bool {
    switch self {
    case .single(let values): values[row] >= 0
    case .multi(let values, let classes): values[row * classes..<(row + 1) * classes].contains { $0 != 255 }
    }
  }
}
