public import Foundation
public import MVCore

/// Joins the files of shards into one feature file of the whole.
///
/// Without a copy the result refers to the shards by names relative to its own folder, so that the folder can be moved as a
/// whole. A copy is a plain file, in every data set the same as that of a run without shards; each block's checksum is
/// compared on the way, and a copy that was stopped is finished by the same call.
public struct FeatureFileMerge: Sendable {
  /// What a merge has made.
  public struct Summary: Hashable, Sendable, Codable {
    /// The shards joined.
    public let shards: Int
    /// Rows of all splits.
    public let rows: Int
    /// Bytes of the features.
    public let bytes: Int
    /// Seconds it took.
    public let seconds: Double
  }

  /// What the joined file holds.
  public let plan: FeatureFilePlan
  let output: URL
  let shards: [StoredFile]

  /// Reads the shards, in any order; throws an error that names the file where one is missing, doubled, not finished, no
  /// shard, or of another run.
  public init(of files: [URL], to output: URL, software: [String: String] = [:]) throws(MVError) {
    self.output = output.resolvingSymlinksInPath()
    var shards: [StoredFile] = []
    for file in files {
      let path = file.resolvingSymlinksInPath().path
      guard path != self.output.path else {
        throw .usage(path, "is both a shard and the output", remedy: "give another --output")
      }
      shards.append(try StoredFile(reading: path))
    }
    self.shards = try FeatureFileMerge.checked(shards)
    plan = FeatureFileMerge.whole(self.shards, software: software)
  }

  /// In the order of their numbers.
  private static func checked(_ files: [StoredFile]) throws(MVError) -> [StoredFile] {
    guard let first = files.first else {
      throw .usage("shards", "are not given", remedy: "name the files that mvmr extract --shard has written")
    }
    var found: [Int: StoredFile] = [:]
    for file in files {
      guard let shard = file.shard else {
        throw .usage(
          file.path, "is not a shard", remedy: "name the files that mvmr extract --shard has written")
      }
      if let count = first.shard?.count, shard.count != count {
        throw .badData(
          file.path, "is shard \(shard.name), \(first.path) is one of \(count)",
          remedy: "merge the shards of one run, or extract this one again")
      }
      if let difference = PlanDifference.first(file: file, other: first, called: first.path) {
        throw .badData(file.path, difference, remedy: "extract all shards from one source with the same arguments")
      }
      if let twin = found[shard.index] {
        throw .usage(
          file.path, "is shard \(shard.name), as \(twin.path) is", remedy: "name each shard once")
      }
      guard file.isComplete else {
        throw .badData(
          file.path, "is not finished", remedy: "run mvmr extract --shard \(shard.name) with its arguments again")
      }
      found[shard.index] = file
    }
    let count = first.shard?.count ?? 0
    let missing = (1...max(1, count)).filter { found[$0] == nil }
    guard missing.isEmpty else {
      let names =
        missing.prefix(8).map { "\($0)/\(count)" }.joined(separator: ", ") + (missing.count > 8 ? ", ..." : "")
      throw .missingInput(
        first.path, "is one of \(count) shards, of which \(names) \(missing.count == 1 ? "is" : "are") not given",
        remedy: "name every shard")
    }
    let ordered = (1...count).compactMap { found[$0] }
    try checkRows(ordered, first)
    return ordered
  }

  private static func checkRows(_ shards: [StoredFile], _ first: StoredFile) throws(MVError) {
    for (place, split) in (first.shard?.splits ?? []).enumerated() {
      var row = 0
      for file in shards {
        guard let part = file.shard?.splits[place], part.start == row else {
          throw .badData(
            file.path, "does not begin at row \(row) of \(split.name)", remedy: "extract this shard again")
        }
        row += part.rows
      }
      guard row == split.total else {
        throw .badData(
          first.path, "and its sisters hold \(row) of \(split.total) rows of \(split.name)",
          remedy: "extract the shards again")
      }
    }
  }

  private static func whole(_ shards: [StoredFile], software: [String: String]) -> FeatureFilePlan {
    var plan = shards[0].plan
    plan.shard = nil
    plan.software.merge(software) { _, new in new }
    plan.splits = (shards[0].shard?.splits ?? []).map { split in
      let parts = shards.compactMap { file in file.splits.first { $0.name == split.name } }
      return SplitPlan(
        name: split.name, labels: Labels(joining: parts.map(\.labels)), ids: PackedStrings(joining: parts.map(\.ids)))
    }
    return plan
  }

  /// Writes a file that refers to the shards; throws where the output is there, unless `overwrite`.
  public func join(overwrite: Bool = false) throws(MVError) -> Summary {
    let start = ContinuousClock.now
    let folder = output.deletingLastPathComponent().path
    let names = shards.map { RelativePath.from(folder, to: $0.path) }
    var parts: [String: [(file: String, rows: Int)]] = [:]
    var marks: [String: FeatureFileSkeleton.Marks] = [:]
    for split in plan.splits {
      let found = zip(names, shards).compactMap { name, file in
        file.splits.first { $0.name == split.name }.map { (name, $0) }
      }
      parts[split.name] = found.map { (file: $0.0, rows: $0.1.rows) }
      marks[split.name] = FeatureFileSkeleton.Marks(
        skipped: found.flatMap(\.1.skipped), done: found.flatMap(\.1.done), sums: found.flatMap(\.1.sums))
    }
    try FeatureFileWriter.create(output.path, replacing: overwrite) { (temporary) throws(MVError) in
      try FeatureFileSkeleton.write(
        plan, to: temporary, layout: .joined(parts, sources: names), marks: marks, created: shards[0].created)
    }
    // Reads it as others will: an error now is better than one in a month.
    guard try FeatureFile(reading: output).isComplete else {
      throw .internalFault(output.path, "does not hold what its shards hold")
    }
    return summary(since: start)
  }

  func summary(since start: ContinuousClock.Instant) -> Summary {
    Summary(
      shards: shards.count, rows: plan.splits.reduce(0) { $0 + $1.count }, bytes: plan.featureBytes,
      seconds: (ContinuousClock.now - start).seconds)
  }
}

extension Labels {
  /// Labels one after the other; all must be of one kind.
  fileprivate init(joining parts: [Labels]) {
    var single: [Int64] = []
    var multi: [UInt8] = []
    var width: Int?
    for part in parts {
      switch part {
      case .single(let values): single += values
      case .multi(let values, let classes):
        multi += values
        width = classes
      }
    }
    self = width.map { .multi(multi, classes: $0) } ?? .single(single)
  }
}
