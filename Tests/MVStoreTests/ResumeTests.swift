import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVStore

@Suite struct ResumeTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  /// A kill leaves the marks that were written, and anything at all where nothing was marked.
  @Test func killedAtRandomInstantsLosesNothing() throws {
    let plan = SampleFile.plan(element: .float16, rows: [61, 30], blockRows: 4)
    let whole = try SampleFile.contents(try SampleFile.write(plan, to: folder.url.appending(path: "whole.h5")))
    var random = SeededGenerator(seed: 5)
    for attempt in 0..<20 {
      let url = folder.url.appending(path: "\(attempt).h5")
      var isComplete = false
      while !isComplete {
        do {
          let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
          isComplete = writer.missingBlocks.isEmpty
          try SampleFile.fill(writer, blocks: random.integer(below: 9))
          if random.chance(0.7) { try writer.finish() }
          // What comes after the last sync is never marked.
          try SampleFile.fill(writer, blocks: random.integer(below: 4))
        }
        try scrambleUnmarked(url, &random)
      }
      #expect(try SampleFile.contents(url) == whole)
      #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    }
  }

  private func scrambleUnmarked(_ url: URL, _ random: inout SeededGenerator) throws {
    let stored = try StoredFile(reading: url.path)
    let file = try FileDescriptor(url.path, flags: O_RDWR)
    for split in stored.splits {
      for (column, features) in split.features.enumerated() {
        for block in 0..<split.blockCount where split.done[block * split.features.count + column] == 0 {
          let rows = split.rows(ofBlock: block)
          let bytes = (0..<rows.count * features.rowBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
          let offset = features.offset! + rows.lowerBound * features.rowBytes
          for (place, byte) in bytes.enumerated() { try file.write(byte, at: offset + place) }
          try file.write(
            UInt32(truncatingIfNeeded: random.next()),
            at: split.sumsOffset! + 4 * (block * split.features.count + column))
        }
      }
    }
  }

  @Test func otherSoftwareIsTold() throws {
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
      #expect(writer.notices.isEmpty)
      try SampleFile.fill(writer, blocks: 2)
      try writer.finish()
    }
    var plan = SampleFile.plan()
    #expect(try FeatureFileWriter(creatingOrResuming: url, plan: plan).notices.isEmpty)
    plan.software["mvmr"] = "later"
    plan.software["command"] = "another"
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
      #expect(writer.notices.count == 1)
      #expect(writer.notices.first?.contains("was begun with mvmr test and is finished with later") == true)
      try SampleFile.fill(writer)
      try writer.finish()
    }
    // Of a finished file there is nothing to tell.
    #expect(try FeatureFileWriter(creatingOrResuming: url, plan: plan).notices.isEmpty)
  }

  @Test func whatAKillLeftOfTheSkeletonIsReplaced() throws {
    let left = folder.url.appending(path: ".a.h5.creating")
    try Data("half a file".utf8).write(to: left)
    try SampleFile.write(to: url)
    #expect(FileManager.default.fileExists(atPath: left.path) == false)
    #expect(try FeatureFile(reading: url).isComplete)
  }

  @Test func resumingTellsWhatIsMissing() throws {
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
      #expect(writer.isResumed == false)
      #expect(writer.missingBlocks.count == 9)
      let block = writer.missingBlocks[1]
      #expect(block.rows == 4..<8)
      try writer.write(SampleFile.values("small", block.rows, columns: 7), of: "small", to: block)
      try SampleFile.fill(writer, writer.missingBlocks[0])
      try writer.markSkipped(9, of: "train")
      try writer.finish()
    }
    var plan = SampleFile.plan()
    // The file's own number holds.
    plan.blockRows = 100
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    #expect(writer.isResumed)
    #expect(writer.plan.blockRows == 4)
    #expect(writer.missingBlocks.count == 8)
    #expect(writer.missingBlocks[0].missing == [0])
    #expect(writer.skippedRows(of: 0) == [9])
  }

  @Test func incompleteFeaturesAreRefusedUnlessAskedFor() throws {
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try SampleFile.fill(writer, blocks: 2)
    try writer.finish()
    // Readers do not wait for the writer.
    let train = try FeatureFile(reading: url)["train"]
    let error = try #require(SampleFile.error { _ = try train.features("hog") })
    #expect(
      error.description.contains("has only 8 of 23 rows of hog of train; run the command that began it again"))
    #expect(try train.finishedRows(of: "hog") == [0..<8])
    let features = try train.features("hog", allowingMissing: true)
    #expect(features.matrix(0..<8).values == SampleFile.values("hog", 0..<8, columns: 15))
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 14)
  }

  @Test(arguments: [
    ("dataset", "features of sample"), ("names", "representations hog, small"), ("setting", "hog with cell=8"),
    ("added setting", "hog with more=(none)"), ("shape", "small with rows of the shape [7]"),
    ("element", "holds float32"), ("image", "height=8"), ("splits", "the splits train, test"),
    ("rows", "23 rows of train"), ("id", "in row 1 of test"), ("label", "other labels of train"),
    ("class", "other class names"), ("fingerprint", "fingerprint sample-1, now sample-2"),
  ])
  func anotherPlanIsRefused(what: String, words: String) throws {
    try SampleFile.write(to: url)
    let before = try Data(contentsOf: url)
    var plan = SampleFile.plan()
    switch what {
    case "dataset": plan.dataset = "other"
    case "names": plan.representations.swapAt(0, 1)
    case "setting": plan.representations[0].settings["cell"] = .int(4)
    case "added setting": plan.representations[0].settings["more"] = .bool(true)
    case "shape": plan.representations[1].shape = [8]
    case "element": plan.element = .float16
    case "image": plan.settings["height"] = .int(16)
    case "splits": plan.splits.removeLast()
    case "rows": plan = SampleFile.plan(rows: [24, 10])
    case "id":
      var ids = Array(plan.splits[1].ids)
      ids[1] = "another"
      plan.splits[1].ids = PackedStrings(ids)
    case "label": plan.splits[0].labels = .single([Int64](repeating: 0, count: 23))
    case "class": plan.classNames[0] = "katze"
    default: plan.fingerprint = "sample-2"
    }
    let error = try #require(
      SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) })
    #expect(error.kind == .usage)
    #expect(error.problem.contains(words))
    #expect(error.remedy.contains("--overwrite"))
    #expect(try Data(contentsOf: url) == before)
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan, overwrite: true)
    #expect(writer.isResumed == false)
    #expect(writer.missingBlocks.isEmpty == false)
  }

  @Test func placeAndSoftwareMayChange() throws {
    try SampleFile.write(to: url)
    var plan = SampleFile.plan()
    plan.location = "/moved"
    plan.software = ["mvmr": "newer"]
    #expect(try FeatureFileWriter(creatingOrResuming: url, plan: plan).missingBlocks.isEmpty)
  }

  @Test func impossiblePlansAreRefused() throws {
    func check(_ words: String, _ change: (inout FeatureFilePlan) -> Void) {
      var plan = SampleFile.plan()
      change(&plan)
      let error = SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) }
      #expect(error?.description.contains(words) == true)
      #expect(FileManager.default.fileExists(atPath: url.path) == false)
    }
    check("representation labels") { $0.representations[0].name = "labels" }
    check("representation a/b") { $0.representations[0].name = "a/b" }
    check("split .hidden") { $0.splits[0].name = ".hidden" }
    check("is there twice") { $0.representations[1].name = "hog" }
    check("is there twice") { $0.splits[1].name = "train" }
    check("has no split") { $0.splits = [] }
    check("has no representation") { $0.representations = [] }
    check("split train: has no rows") { $0.splits[0] = SplitPlan(name: "train", labels: .single([]), ids: []) }
    check("22 labels and 23 ids") { $0.splits[0].labels = $0.splits[0].labels[0..<22] }
    check("representation hog") { $0.representations[0].shape = [3, 0] }
    check("representation hog") { $0.representations[0].shape = [.max, .max] }
    check("representation hog") { $0.representations[0].axes = ["one"] }
  }
}
