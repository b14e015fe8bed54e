import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

@Suite struct MergeTests {
  let folder: TemporaryFolder
  let output: URL

  init() throws {
    folder = try TemporaryFolder()
    output = folder.url.appending(path: "all.h5")
  }

  private func plan(_ element: ElementType = .float32, multiLabel: Bool = false) -> FeatureFilePlan {
    SampleFile.plan(element: element, rows: [61, 10], blockRows: 4, multiLabel: multiLabel)
  }

  /// The files of `count` shards, row 9 of train skipped.
  private func shards(_ count: Int, of plan: FeatureFilePlan, in place: String = "parts") throws -> [URL] {
    let parts = folder.url.appending(path: place)
    try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: true)
    return try (1...count).map { index in
      let url = parts.appending(path: "100% \(index).h5")
      let part = try plan.shard(ShardNumber(index, of: count))
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: part)
      let train = part.shard!.splits[0]
      if (train.start..<train.start + train.rows).contains(9) {
        try writer.markSkipped(9 - train.start, of: "train")
      }
      try SampleFile.fill(writer)
      try writer.finish()
      return url
    }
  }

  private func whole(_ plan: FeatureFilePlan) throws -> [String: Data] {
    let url = folder.url.appending(path: "whole-\(UUID().uuidString).h5")
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    try writer.markSkipped(9, of: "train")
    try SampleFile.fill(writer)
    try writer.finish()
    return try SampleFile.contents(url)
  }

  private func error(of files: [URL]) throws -> MVError {
    try #require(SampleFile.error { _ = try FeatureFileMerge(of: files, to: self.output) })
  }

  @Test(arguments: [1, 2, 3, 7, 16], ElementType.allCases) func mergedIsTheWhole(count: Int, element: ElementType)
    throws
  {
    let plan = plan(element, multiLabel: count == 3)
    let expected = try whole(plan)
    let files = try shards(count, of: plan)
    let merge = try FeatureFileMerge(of: files.reversed(), to: output)
    #expect(try merge.join().shards == count)
    #expect(try SampleFile.contents(output) == expected)
    let file = try FeatureFile(reading: output)
    #expect(try file.verify().missingBlocks == 0)
    #expect(file.description.sources.count == count)
    #expect(file.representations == plan.representations)
    // The random-batch call, over the borders of the shards.
    let rows = [60, 0, 15, 16, 31, 32, 33, 2, 60, 47, 48]
    let values = try file["train"].features("small").matrix(at: rows).values
    #expect(values == rows.flatMap { SampleFile.values("small", $0..<$0 + 1, columns: 7) })
    let copy = folder.url.appending(path: "copy.h5")
    let copying = try FeatureFileMerge(of: files, to: copy)
    _ = try copying.copy()
    #expect(try SampleFile.contents(copy) == expected)
    #expect(try FeatureFile(reading: copy).description.shard == nil)
    _ = try FeatureFileWriter(creatingOrResuming: copy, plan: plan)
    let packed = folder.url.appending(path: "packed.h5")
    _ = try FeatureFileMerge(of: files, to: packed).copy(compressed: true)
    _ = try FeatureFileMerge(of: files, to: packed).copy(compressed: true)
    #expect(try SampleFile.contents(packed) == expected)
  }

  @Test func theFolderMayMove() throws {
    let expected = try whole(plan())
    _ = try FeatureFileMerge(of: try shards(3, of: plan()), to: output).join()
    let other = try TemporaryFolder()
    for name in ["all.h5", "parts"] {
      try FileManager.default.moveItem(at: folder.url.appending(path: name), to: other.url.appending(path: name))
    }
    let moved = other.url.appending(path: "all.h5")
    #expect(try SampleFile.contents(moved) == expected)
    if let python = OtherProgram.python {
      let script = """
        import h5py, numpy, os, sys
        os.chdir("/")
        with h5py.File(sys.argv[1], "r") as file:
          hog = file["train/hog"]
          rows = numpy.arange(61)[:, None] * 31 + numpy.arange(15)[None] * 17 + 15
          expected = ((rows % 2048) - 1024) / 8
          expected[9] = numpy.nan
          assert hog.is_virtual and numpy.array_equal(hog[:].reshape(61, 15), expected, equal_nan=True), hog[:]
        print("joined")
        """
      #expect(try OtherProgram.run([python, "-c", script, moved.path]).output == "joined\n")
    }
  }

  @Test func aStoppedCopyIsFinished() throws {
    let expected = try whole(plan())
    let files = try shards(3, of: plan())
    let cancellation = Cancellation()
    let stopped = SampleFile.error {
      _ = try FeatureFileMerge(of: files, to: output).copy(threads: 1, cancellation: cancellation) {
        if $0.done > 20 { cancellation.cancel() }
      }
    }
    #expect(stopped?.kind == .interrupted)
    #expect(try FeatureFile(reading: output).isComplete == false)
    _ = try FeatureFileMerge(of: files, to: output).copy()
    #expect(try SampleFile.contents(output) == expected)
  }

  @Test func wrongSetsOfShardsAreNamed() throws {
    let files = try shards(4, of: plan())
    #expect(try error(of: []).kind == .usage)
    let missing = try error(of: [files[0], files[3]])
    #expect(missing.kind == .missingInput)
    #expect(missing.description.contains("of which 2/4, 3/4 are not given"))
    #expect(missing.subject == files[0].path)
    let doubled = try error(of: files + [files[1]])
    #expect(doubled.subject == files[1].path && doubled.problem.contains("is shard 2/4, as"))
    let single = folder.url.appending(path: "single.h5")
    try SampleFile.write(to: single)
    #expect(try error(of: files + [single]).problem == "is not a shard")
    let other = try shards(3, of: plan(), in: "other")
    #expect(try error(of: files + [other[0]]).problem.contains("is shard 1/3"))
    #expect(try error(of: [output.deletingLastPathComponent().appending(path: "no.h5")]).kind == .missingInput)
    #expect(SampleFile.error { _ = try FeatureFileMerge(of: files, to: files[1]) }?.kind == .usage)
  }

  @Test(arguments: [
    ("setting", "hog with cell=8"), ("fingerprint", "another state of the source"), ("element", "holds float32"),
    ("rows", "other splits or numbers of rows"),
  ])
  func shardsOfAnotherRunAreNamed(what: String, words: String) throws {
    let files = try shards(2, of: plan())
    var changed = plan(what == "element" ? .float16 : .float32)
    if what == "setting" { changed.representations[0].settings["cell"] = .int(4) }
    if what == "fingerprint" { changed.fingerprint = "sample-2" }
    if what == "rows" { changed.splits[0] = SampleFile.plan(rows: [65, 10]).splits[0] }
    let other = try shards(2, of: changed, in: "other")
    let error = try error(of: [other[0], files[1]])
    #expect(error.subject == files[1].path)
    #expect(error.problem.contains(words), "\(error)")
    #expect(FileManager.default.fileExists(atPath: output.path) == false)
  }

  @Test func anUnfinishedShardIsNamed() throws {
    let files = try shards(2, of: plan())
    let part = try plan().shard(ShardNumber(2, of: 2))
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: files[1], plan: part, overwrite: true)
      try SampleFile.fill(writer, blocks: 2)
      try writer.finish()
    }
    let error = try error(of: files)
    #expect(error.description.hasPrefix("\(files[1].path): is not finished; run the command that began it again"))
  }

  @Test func whatBecomesOfShardsLaterIsSeen() throws {
    let files = try shards(2, of: plan())
    _ = try FeatureFileMerge(of: files, to: output).join()
    #expect(SampleFile.error { _ = try FeatureFileMerge(of: files, to: self.output).join() }?.kind == .usage)
    _ = try FeatureFileMerge(of: files, to: output).join(overwrite: true)
    let stored = try StoredFile(reading: files[1].path).splits[0].features[0]
    try SampleFile.flip(files[1], at: stored.offset! + 5)
    let flipped = try #require(SampleFile.error { _ = try FeatureFile(reading: self.output).verify() })
    #expect(flipped.problem.contains("train/hog does not match its checksum in rows"))
    let copied = try #require(
      SampleFile.error {
        _ = try FeatureFileMerge(of: files, to: self.folder.url.appending(path: "c.h5")).copy()
      })
    #expect(copied.subject == files[1].path)
    let part = try plan().shard(ShardNumber(2, of: 2))
    _ = try FeatureFileWriter(creatingOrResuming: files[1], plan: part, overwrite: true)
    let changed = try #require(SampleFile.error { _ = try FeatureFile(reading: self.output) })
    #expect(changed.subject == files[1].path && changed.problem.contains("has changed since"))
    try FileManager.default.removeItem(at: files[1])
    let gone = try #require(SampleFile.error { _ = try FeatureFile(reading: self.output) })
    #expect(gone.kind == .missingInput && gone.subject == files[1].path)
  }

  @Test func shardNumbers() throws {
    #expect(try ShardNumber(parsing: "3/4").description == "3/4")
    for text in ["", "3", "0/4", "5/4", "a/b", "1/0", "-1/2", "1/2/3"] {
      #expect(SampleFile.error { _ = try ShardNumber(parsing: text) }?.kind == .usage, "\(text)")
    }
    // Every row falls to one shard, whatever the numbers, and no shard has two more than another.
    for count in 1...9 {
      for rows in 0...20 {
        let parts = try (1...count).map { try ShardNumber($0, of: count).rows(of: rows) }
        #expect(parts.flatMap(Array.init) == Array(0..<rows))
        let sizes = parts.map(\.count)
        #expect(sizes.max()! - sizes.min()! <= 1)
      }
    }
    #expect(try ShardNumber(1_000_000, of: 1_000_000).rows(of: .max).upperBound == .max)
    let other = SampleFile.error {
      let url = folder.url.appending(path: "s.h5")
      do {
        let writer = try FeatureFileWriter(creatingOrResuming: url, plan: try plan().shard(ShardNumber(1, of: 3)))
        try SampleFile.fill(writer, blocks: 1)
        try writer.finish()
      }
      _ = try FeatureFileWriter(creatingOrResuming: url, plan: try plan().shard(ShardNumber(2, of: 3)))
    }
    #expect(other?.problem == "holds shard 1/3, this run makes shard 2/3")
  }
}
