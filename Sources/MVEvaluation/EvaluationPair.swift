public import MVCore
public import MVStore

/// The features that an evaluation trains and tests on: two splits of a feature file, or the only one.
public enum EvaluationPair: Sendable {
  /// Train on one split, test on another.
  case splits(train: LabeledFeatures, test: LabeledFeatures)
  /// The only split, which serves for both.
  case single(LabeledFeatures)

  /// The names of test splits, in order of preference.
  private static let testNames = ["test", "val", "valid", "validation"]

  /// Chooses splits of `file` and joins `representations`; rows whose images could not be read are left out.
  ///
  /// Without names, train is `train`, else `trainval`, and test is `test`, else `val`; a file without a test split
  /// gives ``single(_:)``. Throws where a split or a representation is missing or unfinished.
  public init(
    _ file: FeatureFile, representations: [String], trainSplit: String? = nil, testSplit: String? = nil
  ) throws(MVError) {
    let names = file.splits.map(\.name)
    func features(_ name: String) throws(MVError) -> LabeledFeatures {
      let split = try file[name]
      let matrices = try representations.map { (name) throws(MVError) in try split.features(name) }
      return try LabeledFeatures(matrices, labels: split.labels, rows: split.validRows, name: name)
    }
    let usual = ["train", "trainval"].first { names.contains($0) }
    let train = trainSplit ?? usual ?? (names.count == 1 ? names[0] : "train")
    if let test = testSplit ?? Self.testNames.first(where: { names.contains($0) && $0 != train }), test != train {
      self = .splits(train: try features(train), test: try features(test))
    } else {
      self = .single(try features(train))
    }
  }

  /// The labels of all rows of the split that is trained on.
  public var trainLabels: Labels {
    switch self {
    case .splits(let train, _): train.labels
    case .single(let all): all.labels
    }
  }

  /// Train and test rows for a method that must not see its test rows.
  ///
  /// Of a single split every fifth row of each class is held out. Throws where a single split has several labels per
  /// row, or no class has five rows.
  public func heldOut() throws(MVError) -> (train: LabeledFeatures, test: LabeledFeatures) {
    switch self {
    case .splits(let train, let test): return (train, test)
    case .single(let all):
      guard case .single(let labels) = all.labels else {
        throw .badData("labels of \(all.name)", "hold several classes a row", remedy: "give a test split")
      }
      var seen: [Int64: Int] = [:]
      var train: [Int] = []
      var test: [Int] = []
      for row in all.rows where labels[row] >= 0 {
        seen[labels[row], default: 0] += 1
        if seen[labels[row], default: 0] % 5 == 0 { test.append(row) } else { train.append(row) }
      }
      guard !test.isEmpty else {
        throw .badData("split \(all.name)", "has fewer than five rows a class", remedy: "give a test split")
      }
      return (
        try LabeledFeatures(all.representations, labels: all.labels, rows: train, name: all.name),
        try LabeledFeatures(all.representations, labels: all.labels, rows: test, name: all.name)
      )
    }
  }

  /// A notice for the user about a single split; nil where there are two.
  public func notice(heldOut: Bool) -> String? {
    guard case .single(let all) = self else { return nil }
    return heldOut
      ? "there is no test split: every fifth row of each class of \(all.name) is held out for testing"
      : "there is no test split: each row of \(all.name) is classified by the others (leave one out)"
  }
}
