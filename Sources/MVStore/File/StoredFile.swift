internal import MVCore
internal import MVFiles

/// A feature file's description of itself, read in one go; only the features stay in the file.
struct StoredFile: Sendable {
  /// The format's name, and the newest version that this code reads and the only one it writes.
  static let format = "mvmr-features"
  static let version = 1

  let path: String
  /// The size of the file in bytes.
  let size: Int
  /// The files that were read: this one, and those that it joins.
  var identities: [String: FileIdentity]
  let version: Int
  let dataset: String
  let location: String
  let source: SourceRecord?
  let fingerprint: String
  let classNames: [String]
  let settings: [String: SettingValue]
  let software: [String: String]
  let created: String
  /// The part of the whole that this file is; nil for the whole.
  let shard: ShardPlan?
  /// The files that this one joins, relative to its folder; empty for a file that holds its own rows.
  let sources: [String]
  /// The splits, in the order in which they were asked for.
  var splits: [StoredSplit]

  /// The plan that this file was made by.
  var plan: FeatureFilePlan {
    var plan = FeatureFilePlan(
      dataset: dataset, location: location, source: source, fingerprint: fingerprint, classNames: classNames,
      settings: settings,
      software: software, element: splits.first?.features.first?.element ?? .float32,
      blockRows: splits.first?.blockRows ?? 1,
      splits: splits.map { SplitPlan(name: $0.name, labels: $0.labels, ids: $0.ids) },
      representations: splits.first?.features.map(\.plan) ?? [])
    plan.shard = shard
    return plan
  }

  /// Whether every row of every representation is finished.
  var isComplete: Bool { splits.allSatisfy { $0.done.allSatisfy { $0 == 1 } } }

  /// The paths of all files that hold rows of this one.
  var featureFiles: Set<String> {
    Set(splits.flatMap { $0.features.flatMap { $0.pieces.map(\.path) } }).union([path])
  }
}
