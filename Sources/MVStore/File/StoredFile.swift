internal import MVCore

/// What a feature file says of itself, read in one go; only the features stay in the file.
struct StoredFile: Sendable {
  /// The format's name, and the newest version that this code reads and the only one it writes.
  static let format = "mvmr-features"
  static let version = 1

  let path: String
  /// Bytes of the file.
  let size: Int
  let version: Int
  let dataset: String
  let location: String
  let fingerprint: String
  let classNames: [String]
  let settings: [String: SettingValue]
  let software: [String: String]
  let created: String
  /// In the order in which they were asked for.
  let splits: [StoredSplit]

  /// The plan that this file was made by.
  var plan: FeatureFilePlan {
    FeatureFilePlan(
      dataset: dataset, location: location, fingerprint: fingerprint, classNames: classNames, settings: settings,
      software: software, element: splits.first?.features.first?.element ?? .float32,
      blockRows: splits.first?.blockRows ?? 1,
      splits: splits.map { SplitPlan(name: $0.name, labels: $0.labels, ids: Array($0.ids)) },
      representations: splits.first?.features.map(\.plan) ?? [])
  }
}

/// One split of a stored file.
struct StoredSplit: Sendable {
  let name: String
  let rows: Int
  let blockRows: Int
  let labels: Labels
  let ids: PackedStrings
  /// One byte a row: 1 where the image could not be read.
  let skipped: [UInt8]
  /// Blocks x representations: 1 where the block is on the disk.
  let done: [UInt8]
  /// Blocks x representations: the CRC-32C of each block.
  let sums: [UInt32]
  /// Where `skipped`, `done` and `sums` lie in the file; nil where another program has packed them.
  let skippedOffset: Int?
  let doneOffset: Int?
  let sumsOffset: Int?
  /// In the order of the columns of `done` and `sums`.
  let features: [StoredFeatures]

  /// How many blocks of rows there are.
  var blockCount: Int { (rows + blockRows - 1) / blockRows }

  /// The rows of one block.
  func rows(ofBlock block: Int) -> Range<Int> { block * blockRows..<min(rows, (block + 1) * blockRows) }

  /// How many rows of one representation are on the disk.
  func doneRows(of column: Int) -> Int {
    (0..<blockCount).reduce(0) { $0 + (done[$1 * features.count + column] == 1 ? rows(ofBlock: $1).count : 0) }
  }
}

/// One representation of one split of a stored file.
struct StoredFeatures: Sendable {
  let plan: RepresentationPlan
  let element: ElementType
  /// Where the rows lie in the file, or nil where HDF5 must fetch them.
  let offset: Int?

  /// Bytes a row.
  var rowBytes: Int { plan.columns * element.size }
}
