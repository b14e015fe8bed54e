public import Foundation
public import MVCore
internal import MVFiles

/// Joins the files of shards into one feature file of the whole.
///
/// ``join(overwrite:)`` makes a file that refers to the shards by names relative to its own folder, so that the folder
/// can be moved as a whole. A copy is a plain file whose data sets equal those of a run without shards; each block's
/// checksum is compared on the way, and a copy that was stopped is finished by the same call.
public struct FeatureFileMerge: Sendable {
  /// The plan of the joined file.
  public let plan: FeatureFilePlan
  let output: URL
  /// The shards in the order of their numbers.
  let shards: [StoredFile]
  /// Of each split of ``plan``: the shards that hold rows of it, in order.
  let parts: [[Part]]

  /// The rows of one split that one shard holds.
  struct Part: Sendable {
    /// The shard's place in ``FeatureFileMerge/shards``.
    let shard: Int
    let split: StoredSplit
    /// Which rows of the whole split they are.
    let rows: Range<Int>
  }

  /// Reads the shards, in any order.
  ///
  /// Throws, naming the file, where one is missing, given twice, unfinished, not a shard, or of another run.
  public init(of files: [URL], to output: URL, software: [String: String] = [:]) throws(MVError) {
    self.output = OutputPath.resolved(output)
    var shards: [StoredFile] = []
    for file in files {
      let path = file.resolvingSymlinksInPath().path
      guard path != self.output.path else {
        throw .usage(path, "is both a shard and the output", remedy: "give another --output")
      }
      shards.append(try StoredFile(reading: path))
    }
    self.shards = try FeatureFileMerge.checked(shards)
    parts = try FeatureFileMerge.parts(of: self.shards)
    plan = FeatureFileMerge.whole(self.shards, parts, software: software)
  }

  /// What is worth telling of the shards, one line each, such as what other programs have added; empty mostly.
  public var notices: [String] { shards.flatMap(\.notices) }

  /// The shards in the order of their numbers; throws where one is missing or does not fit.
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
          file.path, "is not finished", remedy: file.finishing)
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
    return (1...count).compactMap { found[$0] }
  }

  /// What each shard holds of each split of the whole; throws where rows are missing or doubled.
  private static func parts(of shards: [StoredFile]) throws(MVError) -> [[Part]] {
    try (shards[0].shard?.splits ?? []).enumerated().map { (place, split) throws(MVError) in
      var row = 0
      var parts: [Part] = []
      for (shard, file) in shards.enumerated() {
        guard let range = file.shard?.splits[place].range, range.lowerBound == row else {
          throw .badData(
            file.path, "does not begin at row \(row) of \(split.name), where the shard before ends",
            remedy: "extract both by one version of mvmr, with --overwrite")
        }
        row = range.upperBound
        let stored = file.splits.first { $0.name == split.name }
        guard stored?.rows ?? 0 == range.count else {
          throw .badData(
            file.path, "does not hold the \(range.count) rows of \(split.name) that it should",
            remedy: "extract this shard again")
        }
        guard let stored, !range.isEmpty else { continue }
        guard stored.blockRows == shards[0].splits[0].blockRows else {
          throw .badData(
            file.path,
            "has blocks of \(stored.blockRows) rows of \(split.name), \(shards[0].path) of "
              + "\(shards[0].splits[0].blockRows)", remedy: "extract this shard again")
        }
        parts.append(Part(shard: shard, split: stored, rows: range))
      }
      guard row == split.total else {
        throw .badData(
          shards[0].path, "and its sisters hold \(row) of \(split.total) rows of \(split.name)",
          remedy: "extract the shards again")
      }
      return parts
    }
  }

  private static func whole(_ shards: [StoredFile], _ parts: [[Part]], software: [String: String]) -> FeatureFilePlan {
    var plan = shards[0].plan
    plan.shard = nil
    plan.software.merge(software) { _, new in new }
    plan.splits = parts.map { parts in
      SplitPlan(
        name: parts[0].split.name, labels: Labels(joining: parts.map(\.split.labels)),
        ids: PackedStrings(joining: parts.map(\.split.ids)))
    }
    return plan
  }

  /// Writes a file that refers to the shards; throws where the output is there, unless `overwrite`.
  public func join(overwrite: Bool = false) throws(MVError) -> MergeSummary {
    let start = ContinuousClock.now
    let folder = output.deletingLastPathComponent().path
    let names = shards.map { RelativePath.from(folder, to: $0.path) }
    let files = parts.map { parts in parts.map { (file: names[$0.shard], rows: $0.rows.count) } }
    let holding = Set(parts.flatMap { $0.map(\.shard) }).sorted().map { names[$0] }
    let marks = parts.enumerated().map { splitIndex, parts in
      var blocks = JoinedBlocks(plan.grid(of: splitIndex), columns: plan.representations.count)
      for part in parts { blocks.add(part.split, from: part.rows.lowerBound) }
      return FeatureFileSkeleton.Marks(
        skipped: parts.flatMap(\.split.skipped), done: blocks.done, sums: blocks.sums)
    }
    try FeatureFileWriter.create(output.path, replacing: overwrite) { (temporary) throws(MVError) in
      try FeatureFileSkeleton.write(
        plan, to: temporary, layout: .joined(files, sources: holding), marks: marks, created: shards[0].created)
    }
    // Read it as others will: an error now is better than one in a month.
    let file = try FeatureFile(reading: output)
    guard file.isComplete else { throw .internalFault(output.path, "does not hold what its shards hold") }
    var fill = FillSummary(whole: file)
    fill.rowsBefore = 0
    fill.seconds = (ContinuousClock.now - start).seconds
    return MergeSummary(shards: shards.count, fill: fill)
  }
}

extension Labels {
  /// Joins labels, one part after the other; all parts must be of one kind.
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
