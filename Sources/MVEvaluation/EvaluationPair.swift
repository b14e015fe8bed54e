public import MVCore
public import MVStore

/// The features that an evaluation trains and tests on: two splits of a feature file, or the only one.
public enum EvaluationPair: Sendable {
  /// Train on one split, test on another.
  case splits(train: LabeledFeatures, test: LabeledFeatures)
  /// The only split, which serves for both.
  case single(LabeledFeatures)

  /// Joins `representations` of the splits that `splits` names; rows whose images could not be read are left out.
  ///
  /// Throws where a split or a representation is missing or unfinished.
  public init(_ file: FeatureFile, representations: [String], splits: EvaluationSplits) throws(MVError) {
    func features(_ name: String) throws(MVError) -> LabeledFeatures {
      let split = try file[name]
      let matrices = try representations.map { (name) throws(MVError) in try split.features(name) }
      var features = try LabeledFeatures(matrices, labels: split.labels, rows: split.validRows, name: name)
      features.classNames = file.classNames
      return features
    }
    let train = try features(splits.train)
    if let test = splits.test {
      self = .splits(train: train, test: try features(test))
    } else {
      self = .single(train)
    }
  }

  /// Chooses splits of `file` as ``EvaluationSplits`` does, and joins `representations`.
  ///
  /// Without names, train is `train`, else `trainval`, and test is `test`, else `val`: the first that has labels. A
  /// file without such a test split gives ``single(_:)``. Throws where a split or a representation is missing,
  /// unlabeled or unfinished.
  public init(
    _ file: FeatureFile, representations: [String], trainSplit: String? = nil, testSplit: String? = nil
  ) throws(MVError) {
    let splits = try EvaluationSplits(of: file, train: trainSplit, test: testSplit)
    try self.init(file, representations: representations, splits: splits)
  }

  /// The labels of all rows of the split that is trained on.
  public var trainLabels: Labels {
    switch self {
    case .splits(let train, _): train.labels
    case .single(let all): all.labels
    }
  }

  /// The names of the splits, that to train on first.
  public var splitNames: [String] {
    switch self {
    case .splits(let train, let test): [train.name, test.name]
    case .single(let all): [all.name]
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
      return (try all.keeping(train), try all.keeping(test))
    }
  }

  /// What the user should know of the rows: a single split, classes that train lacks, a single class.
  ///
  /// `heldOut` says that a single split is divided, not left out row by row; `names` names the classes.
  public func notices(heldOut: Bool, names: [String] = []) -> [String] {
    switch self {
    case .single(let all):
      let how =
        heldOut
        ? "there is no test split: every fifth row of each class of \(all.name) is held out for testing"
        : "there is no test split: each row of \(all.name) is classified by the others (leave one out)"
      return [how] + Self.oneClass(all, names)
    case .splits(let train, let test):
      return Self.oneClass(train, names) + Self.unknownClasses(train, test, names)
    }
  }

  private static func oneClass(_ train: LabeledFeatures, _ names: [String]) -> [String] {
    guard case .single(let labels) = train.labels else { return [] }
    let classes = Set(train.rows.lazy.map { labels[$0] }.filter { $0 >= 0 })
    guard classes.count == 1, let only = classes.first else { return [] }
    return ["\(train.name) has one class only, \(className(only, among: names)): accuracy says nothing about features"]
  }

  /// The notice of classes that rows of test have and no row of train.
  private static func unknownClasses(
    _ train: LabeledFeatures, _ test: LabeledFeatures, _ names: [String]
  ) -> [String] {
    guard case .single(let known) = train.labels, case .single(let asked) = test.labels else { return [] }
    let learnt = Set(train.rows.lazy.map { known[$0] })
    let rows = test.rows.map { asked[$0] }.filter { $0 >= 0 && !learnt.contains($0) }
    let missing = Set(rows).sorted()
    guard !missing.isEmpty else { return [] }
    let shown = missing.prefix(5).map { className($0, among: names) }.joined(separator: ", ")
    let classes = missing.count == 1 ? "1 class" : "\(missing.count) classes"
    return [
      "\(classes) of \(test.name) (\(shown)\(missing.count > 5 ? ", ..." : "")) \(missing.count == 1 ? "is" : "are") in "
        + "no row of \(train.name): \(rows.count) of \(test.rows.count) rows can but count as wrong"
    ]
  }
}
