public import MVCore
public import MVStore

/// The rows of one split that an evaluation uses: one or several representations of the same rows, and their labels.
public struct LabeledFeatures: Sendable {
  /// The split's name, for messages.
  public let name: String
  /// The representations; each has the same number of rows.
  public let representations: [FeatureMatrix]
  /// The labels of all rows of the representations.
  public let labels: Labels
  /// The rows to use, as numbered in the representations, ascending.
  public let rows: [Int]
  /// The name of each class, by label, for messages; empty where unknown.
  public var classNames: [String] = []

  /// Joins representations and labels; `rows` are the rows to use, or nil for all.
  ///
  /// Throws where there is no representation, where the numbers of rows differ, or where `rows` names a row that does
  /// not exist.
  public init(
    _ representations: [FeatureMatrix], labels: Labels, rows: [Int]? = nil, name: String = "split"
  ) throws(MVError) {
    guard let first = representations.first else {
      throw .usage("representation", "none is given", remedy: "name at least one")
    }
    for other in representations where other.rows != first.rows {
      throw .badData(
        "representation \(other.name)", "has \(other.rows) rows, \(first.name) has \(first.rows)",
        remedy: "extract both from the same split")
    }
    for representation in representations where representation.columns == 0 {
      throw .badData("representation \(representation.name)", "has no columns", remedy: "extract it again")
    }
    guard labels.count == first.rows else {
      throw .badData(
        "labels of \(name)", "are \(labels.count), the representations have \(first.rows) rows",
        remedy: "extract the split again")
    }
    let rows = (rows ?? Array(0..<first.rows)).sorted()
    if let row = rows.first(where: { !(0..<first.rows).contains($0) }) {
      throw .usage("row \(row)", "is not one of the \(first.rows) rows of \(name)", remedy: "choose among its rows")
    }
    self.name = name
    self.representations = representations
    self.labels = labels
    self.rows = rows
  }

  /// The number of values per row, all representations together.
  public var columns: Int { representations.reduce(0) { $0 + $1.columns } }

  /// The same rows of the crops that `file` holds of this split's images, in order; empty where it holds none.
  ///
  /// Throws where a representation of them is missing or unfinished.
  public func crops(in file: FeatureFile) throws(MVError) -> [LabeledFeatures] {
    try file.crops(of: name).map { (crop) throws(MVError) in
      let matrices = try representations.map { (own) throws(MVError) in try crop.features(own.name) }
      return try LabeledFeatures(matrices, labels: crop.labels, rows: rows, name: crop.name)
    }
  }

  /// The rows in use that have a label: those that take part in an evaluation.
  ///
  /// A row of several labels has one unless all of them are 255. Throws where no row has one.
  public func labeled() throws(MVError) -> LabeledFeatures {
    let kept = rows.filter { labels.hasLabel($0) }
    guard !kept.isEmpty else { throw Self.unlabeled(name) }
    return try keeping(kept)
  }

  /// The same features with other rows in use; throws where one does not exist.
  func keeping(_ rows: [Int]) throws(MVError) -> LabeledFeatures {
    var kept = try LabeledFeatures(representations, labels: labels, rows: rows, name: name)
    kept.classNames = classNames
    return kept
  }

  /// The name of a class, or its number where it has no name.
  func className(_ label: Int64) -> String { MVEvaluation.className(label, among: classNames) }

  private static func unlabeled(_ name: String) -> MVError {
    .badData("labels of \(name)", "are all missing", remedy: "choose a labelled split")
  }

  /// The class of every row of the representations, not only of those in use.
  ///
  /// Throws for multi-label rows, and for labels below -1.
  func classes() throws(MVError) -> [Int64] {
    guard case .single(let values) = labels else {
      throw .badData(
        "labels of \(name)", "hold several classes a row", remedy: "use a data set with one class a row")
    }
    if let row = rows.first(where: { values[$0] < -1 }) {
      throw .badData(
        "row \(row) of \(name)", "has the label \(values[row])", remedy: "labels are 0 or more, -1 where unknown")
    }
    return values
  }

  /// The rows in use that have a class, and the class of each.
  ///
  /// Throws where there is none, and as ``classes()`` does.
  func labeledRows() throws(MVError) -> (rows: [Int], classes: [Int64]) {
    let labels = try classes()
    let labeled = rows.filter { labels[$0] >= 0 }
    guard !labeled.isEmpty else { throw Self.unlabeled(name) }
    return (labeled, labeled.map { labels[$0] })
  }

  /// The labels of the rows in use, one column per class; throws for single-class rows, or values other than 0, 1 and
  /// 255.
  func labelColumns() throws(MVError) -> [[UInt8]] {
    guard case .multi(let values, let classes) = labels else {
      throw .badData("labels of \(name)", "hold one class a row", remedy: "use a multi-label data set such as VOC")
    }
    for row in rows {
      for label in 0..<classes where ![0, 1, 255].contains(values[row * classes + label]) {
        throw .badData(
          "row \(row) of \(name)", "has the label \(values[row * classes + label]) of class \(className(Int64(label)))",
          remedy: "labels are 0, 1, or 255 to leave the row out")
      }
    }
    return (0..<classes).map { label in rows.map { values[$0 * classes + label] } }
  }

  /// Throws unless `other` has as many representations, of the same widths.
  func requireSameWidths(as other: LabeledFeatures) throws(MVError) {
    guard representations.count == other.representations.count else {
      throw .usage(
        "representation", "\(name) has \(representations.count), \(other.name) has \(other.representations.count)",
        remedy: "name the same ones for both")
    }
    for (mine, theirs) in zip(representations, other.representations) where mine.columns != theirs.columns {
      throw .badData(
        "representation \(mine.name)",
        "has \(mine.columns) columns in \(name) and \(theirs.columns) in \(other.name)",
        remedy: "extract both splits with the same settings")
    }
  }
}
