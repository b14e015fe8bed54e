internal import Foundation
public import MVCore

/// Everything in a feature file except the features: its origin, its rows, its representations.
///
/// Two runs with the same plan work on the same file; a different plan is refused, and the difference named.
public struct FeatureFilePlan: Hashable, Sendable {
  /// The name of the data set, for example `cifar10`.
  public var dataset: String
  /// The place where the data set was read; recorded, not compared.
  public var location: String
  /// How the images can be opened again; recorded, not compared; nil where unknown.
  public var source: SourceRecord?
  /// A text that changes when the data set changes.
  public var fingerprint: String
  /// The name of each class, by label; empty where unknown.
  public var classNames: [String]
  /// The settings of the run as a whole; compared.
  public var settings: [String: SettingValue]
  /// Versions of software, the command line and the like; recorded, not compared.
  public var software: [String: String]
  /// The type in which values are stored.
  public var element: ElementType
  /// The number of rows that are written and marked at a time; an existing file keeps its own number.
  public var blockRows: Int
  /// The splits, in order; at least one.
  public var splits: [SplitPlan]
  /// The representations, in order, at least one; every split has all of them.
  public var representations: [RepresentationPlan]
  /// The part of the whole that this is, made by ``shard(_:)``; nil for the whole.
  public internal(set) var shard: ShardPlan?

  /// Creates the plan of a feature file; see the properties.
  public init(
    dataset: String, location: String = "", source: SourceRecord? = nil, fingerprint: String,
    classNames: [String] = [], settings: [String: SettingValue] = [:], software: [String: String] = [:],
    element: ElementType = .float32,
    blockRows: Int = 256, splits: [SplitPlan], representations: [RepresentationPlan]
  ) {
    self.dataset = dataset
    self.location = location
    self.source = source
    self.fingerprint = fingerprint
    self.classNames = classNames
    self.settings = settings
    self.software = software
    self.element = element
    self.blockRows = blockRows
    self.splits = splits
    self.representations = representations
  }

  /// The number of bytes of the features alone.
  public var featureBytes: Int {
    splits.reduce(0) { $0 + $1.count } * representations.reduce(0) { $0 + $1.columns } * element.size
  }

  /// Throws where a name, a shape, a number of rows or a label is impossible.
  func validate() throws(MVError) {
    guard !splits.isEmpty else {
      throw .usage("feature file", "has no split", remedy: "name at least one split that the source has")
    }
    guard !representations.isEmpty else {
      throw .usage("feature file", "has no representation", remedy: "name at least one")
    }
    guard blockRows > 0 else { throw .usage("blockRows", "is \(blockRows)", remedy: "it takes 1 or more") }
    try FeatureFilePlan.checkNames(splits.map(\.name), "split", reserved: [])
    try FeatureFilePlan.checkNames(representations.map(\.name), "representation", reserved: FeatureName.reserved)
    for split in splits {
      guard split.count > 0 || shard?.isEmpty ?? false else {
        throw .badData("split \(split.name)", "has no rows", remedy: "leave it out, or check the source")
      }
      guard split.labels.count == split.count else {
        throw .badData(
          "split \(split.name)", "has \(split.labels.count) labels and \(split.count) ids",
          remedy: "give one of each a row")
      }
      if let fault = LabelFault.first(in: split.labels, classes: classNames.count) {
        let subject = fault.row == nil ? "the labels of \(split.name)" : "the label of \(split.name) row"
        throw MVError.badData(subject, fault.problem, remedy: "check the labels and the names of the classes")
          .at(row: fault.row, id: fault.row.map { split.ids[$0] })
      }
    }
    for representation in representations {
      guard representation.shape.count == representation.axes.count,
        FeatureFilePlan.isPossible(representation.shape)
      else {
        throw .usage(
          "representation \(representation.name)",
          "has the shape \(representation.shape) and the axes \(representation.axes)",
          remedy: "give every axis a name and a length of at least 1")
      }
    }
  }

  /// Whether every length is at least 1 and a row is not unreasonably large (2^32 values).
  static func isPossible(_ shape: [Int]) -> Bool {
    var columns = 1
    for length in shape {
      guard length >= 1, length <= 1 << 32 / columns else { return false }
      columns *= length
    }
    return true
  }

  private static func checkNames(_ names: [String], _ what: String, reserved: Set<String>) throws(MVError) {
    var seen: Set<String> = []
    for name in names {
      guard FeatureName.isPossible(name), !reserved.contains(name) else {
        throw .usage(
          "\(what) \(name)", "cannot be a name in a feature file",
          remedy: "use another, of characters that can be seen, without / and without a dot in front"
            + (reserved.isEmpty ? "" : ", not labels or ids"))
      }
      guard seen.insert(name).inserted else {
        throw .usage("\(what) \(name)", "is there twice", remedy: "give each a name of its own")
      }
    }
  }
}
