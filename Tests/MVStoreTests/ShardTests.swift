import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

/// Shards of any size: their borders need not be those of blocks.
@Suite struct ShardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func write(_ plan: FeatureFilePlan, to name: String, compressed: Bool = false) throws -> URL {
    let writer = try FeatureFileWriter(creatingOrResuming: url(name), plan: plan)
    try SampleFile.fill(writer)
    try writer.finish()
    if compressed { try writer.compress() }
    return url(name)
  }

  /// Sizes within one row, and the bytes, marks and checksums of the whole, joined and copied, plain and compressed.
  @Test(arguments: 1...16) func fiveHundredRows(count: Int) throws {
    let plan = SampleFile.plan(rows: [500, 33], blockRows: 64, multiLabel: count % 2 == 0)
    let expected = try SampleFile.contents(try write(plan, to: "whole.h5"))
    let files = try (1...count).map { index in
      try write(try plan.shard(ShardNumber(index, of: count)), to: "\(index).h5", compressed: index % 3 == 0)
    }
    for split in ["train", "test"] {
      let sizes = try files.map { try FeatureFile(reading: $0)[split].count }
      #expect(sizes.max()! - sizes.min()! <= 1, "\(sizes)")
    }
    for file in files { #expect(try FeatureFile(reading: file).verify().missingBlocks == 0) }
    let merge = try FeatureFileMerge(of: files, to: url("copy.h5"))
    _ = try merge.copy()
    #expect(try SampleFile.contents(url("copy.h5")) == expected)
    _ = try FeatureFileMerge(of: files, to: url("packed.h5")).copy(compressed: true)
    #expect(try SampleFile.contents(url("packed.h5")) == expected)
    _ = try FeatureFileMerge(of: files, to: url("joined.h5")).join()
    let joined = try FeatureFile(reading: url("joined.h5"))
    #expect(try joined.verify().missingBlocks == 0)
    #expect(try SampleFile.contents(url("joined.h5")) == expected)
  }

  @Test func moreShardsThanRows() throws {
    let plan = SampleFile.plan(rows: [5, 2], blockRows: 4)
    let expected = try SampleFile.contents(try write(plan, to: "whole.h5"))
    for compressed in [false, true] {
      let files = try (1...16).map { index in
        let part = try plan.shard(ShardNumber(index, of: 16))
        let name = "\(compressed)-\(index).h5"
        _ = try write(part, to: name, compressed: compressed)
        // A second run finds it done.
        #expect(try FeatureFile.ifFinished(url(name), by: part, compressed: compressed) != nil)
        return url(name)
      }
      let empty = try FeatureFile(reading: files[0])
      #expect(empty.isComplete && empty.splits.map(\.count) == [0, 0])
      #expect(empty.representations == plan.representations)
      #expect(empty.description.splits[0].representations[0].doneFraction == 1)
      #expect(SampleFile.error { _ = try empty["train"].features("hog") }?.remedy.contains("mvmr merge") == true)
      let name = "joined-\(compressed).h5"
      _ = try FeatureFileMerge(of: files, to: url(name)).join(overwrite: true)
      #expect(try SampleFile.contents(url(name)) == expected)
      // Those without rows may go.
      let joined = try FeatureFile(reading: url(name))
      #expect(joined.description.sources.count == 7 - 1)
      try FileManager.default.removeItem(at: files[0])
      #expect(try FeatureFile(reading: url(name)).verify().missingBlocks == 0)
      let error = try #require(SampleFile.error { _ = try FeatureFileMerge(of: Array(files[1...]), to: url("x.h5")) })
      #expect(error.problem.contains("of which 1/16 is not given"))
    }
  }

  /// An empty shard of another run is refused as any other.
  @Test func emptyShardsOfAnotherRun() throws {
    let plan = SampleFile.plan(rows: [2, 2])
    var other = plan
    other.representations[0].settings["cell"] = .int(4)
    let files = try (1...5).map { index in
      try write(try (index == 1 ? other : plan).shard(ShardNumber(index, of: 5)), to: "\(index).h5")
    }
    #expect(try FeatureFile(reading: files[0]).splits.allSatisfy { $0.count == 0 })
    let error = SampleFile.error { _ = try FeatureFileMerge(of: files, to: url("all.h5")) }
    #expect(error?.problem.contains("hog with cell") == true, "\(String(describing: error))")
  }

  /// A stop at any block: what is left is finished by the same plan, and the marks stay right.
  @Test func stoppedShardsAreFinished() throws {
    let plan = SampleFile.plan(rows: [61, 10], blockRows: 8)
    let part = try plan.shard(ShardNumber(2, of: 3))
    let expected = try SampleFile.contents(try write(part, to: "whole.h5"))
    for blocks in 0...4 {
      let name = "\(blocks).h5"
      do {
        let writer = try FeatureFileWriter(creatingOrResuming: url(name), plan: part)
        try SampleFile.fill(writer, blocks: blocks)
        try writer.finish()
      }
      let writer = try FeatureFileWriter(creatingOrResuming: url(name), plan: part)
      #expect(writer.isResumed || blocks == 0)
      try SampleFile.fill(writer)
      try writer.finish()
      #expect(try SampleFile.contents(url(name)) == expected)
    }
  }

  /// Files whose rows were dealt out by whole blocks, as version 0.1 did, are merged, and not mixed with others.
  @Test func bordersOfAnEarlierVersion() throws {
    let plan = SampleFile.plan(rows: [23, 10], blockRows: 4)
    let expected = try SampleFile.contents(try write(plan, to: "whole.h5"))
    let borders = [[0, 8, 16, 23], [0, 4, 8, 10]]
    func old(_ index: Int) -> FeatureFilePlan {
      var part = plan
      part.shard = ShardPlan(
        index: index, count: 3,
        splits: zip(plan.splits, borders).map { split, border in
          ShardPlan.Split(
            name: split.name, start: border[index - 1], rows: border[index] - border[index - 1], total: split.count)
        })
      part.splits = zip(plan.splits, part.shard!.splits).map { split, held in
        SplitPlan(name: split.name, labels: split.labels[held.range], ids: split.ids[held.range])
      }
      return part
    }
    let files = try (1...3).map { try write(old($0), to: "\($0).h5") }
    _ = try FeatureFileMerge(of: files, to: url("all.h5")).join()
    #expect(try SampleFile.contents(url("all.h5")) == expected)
    let new = try plan.shard(ShardNumber(1, of: 3))
    let again = SampleFile.error { _ = try FeatureFile.ifFinished(files[0], by: new) }
    #expect(again?.problem == "holds 8 rows of 23 of train from row 0 on, this run makes 7 of 23 from row 0 on")
    let mixed = [try write(new, to: "new.h5"), files[1], files[2]]
    let error = SampleFile.error { _ = try FeatureFileMerge(of: mixed, to: url("x.h5")) }
    #expect(error?.problem == "does not begin at row 7 of train, where the shard before ends")
  }

  @Test func partsOfABlockThatChangedAreSeen() throws {
    let plan = SampleFile.plan(rows: [10, 4], blockRows: 16)
    let files = try (1...3).map { try write(try plan.shard(ShardNumber($0, of: 3)), to: "\($0).h5") }
    _ = try FeatureFileMerge(of: files, to: url("all.h5")).join()
    var other = try plan.shard(ShardNumber(2, of: 3))
    other.splits[0].labels = .single([2, 2, 2])
    let writer = try FeatureFileWriter(creatingOrResuming: files[1], plan: other, overwrite: true)
    for block in writer.missingBlocks {
      for column in block.missing {
        let count = block.rows.count * plan.representations[column].columns
        try writer.write([Float](repeating: 0.5, count: count), of: column, to: block)
      }
    }
    try writer.finish()
    let error = SampleFile.error { _ = try FeatureFile(reading: url("all.h5")) }
    #expect(error?.problem.contains("has changed since") == true, "\(String(describing: error))")
  }

  @Test func sumsOfTwoStretches() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 7) }
    let whole = bytes.withUnsafeBytes { Checksum.of($0) }
    for cut in [0, 1, 3, 64, 500, 999, 1000] {
      let (one, two) = (Array(bytes[..<cut]), Array(bytes[cut...]))
      let sums = (one.withUnsafeBytes { Checksum.of($0) }, two.withUnsafeBytes { Checksum.of($0) })
      #expect(Checksum.joined(sums.0, sums.1, count: two.count) == whole, "\(cut)")
    }
  }
}
