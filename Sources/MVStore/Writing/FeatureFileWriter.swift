public import Foundation
public import MVCore
internal import MVFiles
internal import Synchronization

/// Writes a feature file block by block, from any number of threads; a kill loses at most the last second of work.
///
/// The whole skeleton is in the file from the start. Blocks are written straight to their place, and a block is marked
/// done after the disk has it. Opening the same file with the same plan continues with what is missing.
public final class FeatureFileWriter: Sendable {
  /// The file's place.
  public let url: URL
  /// The plan of the file, with the ``FeatureFilePlan/blockRows`` that the file has.
  public let plan: FeatureFilePlan
  /// Whether the file existed before.
  public let isResumed: Bool
  /// Notices, one line each, where other software began the file.
  public let notices: [String]

  /// Seconds finished blocks may wait to be synced together: a kill loses no more than this work and the sync's own.
  public let syncInterval: Duration

  let file: FileDescriptor
  /// Where each split of the plan lies.
  let places: [SplitPlaces]
  let state: Mutex<State>
  let committing = Mutex<ContinuousClock.Instant>(.now)

  /// What changes while writing.
  struct State: Sendable {
    /// Of each split: blocks x representations, true where the mark is in the file.
    var done: [[Bool]]
    /// Of each split: rows that could not be read.
    var skipped: [Set<Int>]
    /// Blocks that are written and await a sync before they are marked.
    var pending: [Mark] = []
    /// Set when the disk has failed: what was written since the last sync is then in doubt for good.
    var failure: MVError?
  }

  /// One block of one representation.
  struct Mark: Hashable, Sendable {
    let splitIndex: Int
    let block: Int
    let column: Int
  }

  /// The offsets in the file of everything that belongs to one split.
  struct SplitPlaces: Sendable {
    let skipped: Int
    let done: Int
    let sums: Int
    let features: [Int]
  }

  /// Creates the file, or opens it to continue where an earlier run stopped; `overwrite` replaces it.
  ///
  /// Finished blocks wait up to `syncInterval` for a sync that they share. Throws where another process holds the file,
  /// where it is not a feature file, and where it holds rows of another plan: the error names the first difference.
  public init(
    creatingOrResuming url: URL, plan: FeatureFilePlan, overwrite: Bool = false, syncInterval: Duration = .seconds(1)
  ) throws(MVError) {
    try plan.validate()
    let path = OutputPath.resolved(url).path
    let opened = try FeatureFileWriter.open(path, plan, overwrite: overwrite)
    let stored = opened.stored
    self.url = url
    self.syncInterval = syncInterval
    file = opened.file
    isResumed = opened.existed
    notices =
      stored.notices
      + (opened.existed && !stored.isComplete ? SoftwareDifference.notices(file: stored, asked: plan) : [])
    var plan = plan
    plan.blockRows = stored.splits[0].blockRows
    self.plan = plan
    places = try FeatureFileWriter.places(in: stored)
    state = Mutex(
      State(
        done: stored.splits.map { $0.done.map { $0 == 1 } },
        skipped: stored.splits.map { split in Set(split.skipped.indices.filter { split.skipped[$0] == 1 }) }))
  }

  private static func places(in stored: StoredFile) throws(MVError) -> [SplitPlaces] {
    try stored.splits.map { (split) throws(MVError) in
      // What holds no rows lies nowhere.
      guard split.rows > 0 else {
        return SplitPlaces(skipped: 0, done: 0, sums: 0, features: split.features.map { _ in 0 })
      }
      let features = split.features.compactMap(\.offset)
      guard let skipped = split.skippedOffset, let done = split.doneOffset, let sums = split.sumsOffset,
        features.count == split.features.count, split.blockRows == stored.splits[0].blockRows
      else {
        throw .usage(
          stored.path,
          stored.sources.isEmpty
            ? "holds compressed features, which cannot be added to"
            : "joins the files of shards, which cannot be added to",
          remedy: "give --compress as when it was made, make it plain with mvmr convert, or give another --output")
      }
      return SplitPlaces(skipped: skipped, done: done, sums: sums, features: features)
    }
  }

  /// The number of rows of all splits.
  public var rows: Int { plan.splits.reduce(0) { $0 + $1.count } }

  /// The blocks that lack a representation, in the order of the file, without those that only await their sync.
  public var missingBlocks: [FeatureBlock] {
    let (done, pending) = state.withLock { ($0.done, Set($0.pending)) }
    var blocks: [FeatureBlock] = []
    for splitIndex in plan.splits.indices {
      let (marks, grid) = (done[splitIndex], plan.grid(of: splitIndex))
      for index in 0..<grid.count {
        let missing = plan.representations.indices.filter {
          !marks[index * plan.representations.count + $0]
            && !pending.contains(Mark(splitIndex: splitIndex, block: index, column: $0))
        }
        guard !missing.isEmpty else { continue }
        blocks.append(
          FeatureBlock(splitIndex: splitIndex, index: index, rows: grid.rows(of: index), missing: missing))
      }
    }
    return blocks
  }

  /// The rows of the split at `splitIndex` of the plan that are marked as skipped, by this run or an earlier one.
  public func skippedRows(of splitIndex: Int) -> Set<Int> { state.withLock { $0.skipped[splitIndex] } }
}
