public import MVCore
public import MVEvaluation

/// A training repeated with some settings changed: every point of a grid, named variants, and seeds.
///
///     var sweep = Sweep()
///     sweep.base.source = "folder:photos"
///     sweep.axes = [try SweepAxis(parsing: "lr=0.001,0.01")]
///     sweep.seeds = [0, 1, 2]
///     for run in try sweep.runs() { print(run.folder, run.settings.lr) }
public struct Sweep: Hashable, Sendable {
  /// A variant with a name of its own, beside those of the grid.
  public struct Named: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it changes of the base.
    public var changes: [SweepChange]

    /// Names changes; see the properties.
    public init(_ name: String, _ changes: [SweepChange]) {
      self.name = name
      self.changes = changes
    }
  }

  /// What all runs have in common.
  public var base = TrainingConfiguration()
  /// The axes of the grid: every combination of their values is a variant.
  public var axes: [SweepAxis] = []
  /// The variants beside the grid.
  public var named: [Named] = []
  /// The seeds of each variant; nil for that of ``base`` alone.
  public var seeds: [Int]?
  /// The split that scores learn from; nil for the usual one.
  public var trainSplit: String?
  /// The split that is scored; nil for the usual one.
  public var testSplit: String?
  /// The part of each class of the split to learn from that is scored in place of a test split.
  public var heldOut: Double?
  /// The points before the end at which runs are compared.
  public var moments: [SweepMoment] = []
  /// What else the images are asked for, by option of `mvmr train`.
  public var options: [String: [String]] = [:]

  /// Creates a sweep of one run of the defaults.
  public init() {}

  /// The number of runs; nil where it is beyond counting.
  public var runCount: Int? {
    var points = axes.isEmpty && named.isEmpty ? 1 : axes.isEmpty ? 0 : 1
    for axis in axes {
      let product = points.multipliedReportingOverflow(by: axis.changes.count)
      guard !product.overflow else { return nil }
      points = product.partialValue
    }
    let total = (points + named.count).multipliedReportingOverflow(by: seeds?.count ?? 1)
    return total.overflow ? nil : total.partialValue
  }

  /// The variants: the grid, the last axis changing fastest, then those with names; without any, the base alone.
  ///
  /// Throws a usage error where an axis or a name is given twice, where two variants have the same settings, and where
  /// a value does not fit.
  public func variants() throws(MVError) -> [SweepVariant] {
    for (place, axis) in axes.enumerated() where axes[..<place].contains(where: { $0.setting == axis.setting }) {
      throw .usage("grid \(axis.setting)", "is given twice", remedy: "give all its values at once")
    }
    var points: [[SweepChange]] = axes.isEmpty ? [] : [[]]
    for axis in axes { points = points.flatMap { point in axis.changes.map { point + [$0] } } }
    if axes.isEmpty, named.isEmpty { points = [[]] }
    var variants: [SweepVariant] = []
    for changes in points { variants.append(try SweepVariant(nil, changes, of: base.settings)) }
    for one in named { variants.append(try SweepVariant(one.name, one.changes, of: base.settings)) }
    var names: Set<String> = []
    var settings: [TrainingSettings: String] = [:]
    for variant in variants {
      guard names.insert(variant.name).inserted else {
        throw .usage("variant \(variant.name)", "is there twice", remedy: "give each a name of its own")
      }
      if let other = settings.updateValue(variant.name, forKey: variant.settings) {
        throw .usage(
          "variant \(variant.name)", "has the same settings as \(other)", remedy: "leave one of them out")
      }
    }
    if let twice = Dictionary(grouping: variants, by: \.folder).values.first(where: { $0.count > 1 }) {
      throw .usage(
        "variants \(twice[0].name) and \(twice[1].name)", "would have one folder, \(twice[0].folder)",
        remedy: "name them otherwise")
    }
    return variants
  }

  /// The runs, each variant with the first seed before any with the second.
  ///
  /// Throws as ``variants()`` does, and for a seed or a moment that is given twice.
  public func runs() throws(MVError) -> [SweepRun] {
    let variants = try variants()
    let seeds = seeds ?? [base.settings.seed]
    try seeds.requireEachOnce("seed")
    try moments.requireEachOnce("moment")
    guard !seeds.isEmpty else { throw .usage("seeds", "are none", remedy: "give one at least") }
    return seeds.flatMap { seed in variants.map { SweepRun(of: $0, seed: seed) } }
  }
}
