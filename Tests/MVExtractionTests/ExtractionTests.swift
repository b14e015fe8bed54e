import Foundation
import MVCore
import MVDatasets
import MVRepresentations
import MVStore
import Synchronization
import TestSupport
import Testing

@testable import MVExtraction

@Suite struct ExtractionTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  /// Every value, label and mark that a reader sees, as text that can be compared.
  private func contents(_ url: URL) throws -> [String] {
    let file = try FeatureFile(reading: url)
    #expect(try file.verify().missingBlocks == 0)
    return try file.splits.flatMap { split in
      ["\(split.labels)", "\(Array(split.ids))", "\(split.skipped)"]
        + (try split.representations.map { representation in
          try split.features(representation.name).matrix.values.map { String($0.bitPattern, radix: 16) }
            .joined(separator: " ")
        })
    }
  }

  @Test func rowsAreThoseOfTheRepresentation() throws {
    let source = CountingSource()
    let summary = try Extraction(of: [Sums(), First()], from: source, to: url).setting(\.software, ["mvmr": "1"]).run()
    #expect(summary.rows == 1300)
    #expect(summary.rowsBefore == 0)
    #expect(summary.bytes == 1300 * 49 * 4)
    #expect(summary.skipped.isEmpty)
    let file = try FeatureFile(reading: url)
    #expect(file.dataset == "counting")
    #expect(file.classNames == ["even", "odd"])
    #expect(file.representations.map(\.name) == ["sums", "first"])
    #expect(file.description.software["mvmr"] == "1")
    for split in source.splits {
      let stored = try file[split.name]
      #expect(stored.labels == split.labels)
      #expect(stored.ids == split.ids)
      for row in [0, 255, 256, split.count - 1] {
        let image = try source.images(row..<row + 1, of: split)[0]
        #expect(try stored.features("sums").matrix(at: [row]).values == Sums().features(of: image).values)
        #expect(try stored.features("first").matrix(at: [row]).values == First().features(of: image).values)
      }
    }
    // Each image was loaded once for both representations (and four for each split by the lines above).
    #expect(source.reads.load(ordering: .relaxed) == 1300 + 8)
  }

  @Test(arguments: ElementType.allCases) func jobsDoNotMatter(element: ElementType) throws {
    let other = folder.url.appending(path: "b.h5")
    try Extraction(of: [Sums(), First()], from: CountingSource(), to: url).setting(\.element, element).setting(
      \.jobs, 1
    ).run()
    try Extraction(of: [Sums(), First()], from: CountingSource(), to: other).setting(\.element, element).setting(
      \.jobs, 5
    ).run()
    #expect(try contents(url) == contents(other))
  }

  @Test func interruptedRunsEndAsOneRun() throws {
    let source = CountingSource(rows: [5000, 700], bad: [3, 2600, 2601])
    let representations = [NamedRepresentation(Sums()), NamedRepresentation(First(), as: "first-pixel")]
    let whole = folder.url.appending(path: "whole.h5")
    try Extraction(of: representations, from: source, to: whole).setting(\.jobs, 1).setting(\.skipBadImages, true).run()
    let expected = try contents(whole)
    var random = SeededGenerator(seed: 8)
    for attempt in 0..<6 {
      let url = folder.url.appending(path: "\(attempt).h5")
      let extraction = Extraction(of: representations, from: source, to: url).setting(\.jobs, 3).setting(
        \.skipBadImages, true)
      var before = 0
      while true {
        let cancellation = Cancellation()
        let last = before + 256 * random.integer(below: 8)
        do {
          let summary = try extraction.run(cancellation: cancellation) { progress in
            if progress.done >= last { cancellation.cancel() }
          }
          #expect(summary.rowsBefore == before)
          #expect(summary.skipped.map(\.row) == [3, 2600, 2601])
          break
        } catch {
          #expect(error.kind == .interrupted)
          #expect(error.remedy.contains("run the same command again"))
        }
        before = try FeatureFile(reading: url).splits.reduce(0) { sum, split in
          sum + (try split.finishedRows(of: "first-pixel")).reduce(0) { $0 + $1.count }
        }
      }
      #expect(try contents(url) == expected)
    }
  }

  @Test func progressRises() throws {
    let seen = Mutex<[MVCore.RunProgress]>([])
    try Extraction(of: [Sums()], from: CountingSource(), to: url).setting(\.jobs, 4).run { progress in
      seen.withLock { $0.append(progress) }
    }
    let progress = seen.withLock { $0 }
    #expect(progress.first?.done == 0)
    #expect(progress.last?.done == 1300)
    #expect(progress.allSatisfy { $0.total == 1300 && $0.doneBefore == 0 })
    #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.done < $1.done && $0.seconds <= $1.seconds })
    let again = try Extraction(of: [Sums()], from: CountingSource(), to: url).run()
    #expect(again.rowsBefore == 1300)
  }

  /// Told before the work, since gigabytes are set aside at its start.
  @Test func muchRoomIsTold() throws {
    let source = CountingSource(rows: [1000, 10])
    var plan = try Extraction(of: [Sums()], from: source, to: url).plan()
    #expect(try WorkAhead(plan, of: source, splits: source.splits, to: url, overwrite: false).notices.isEmpty)
    plan.representations = [
      RepresentationPlan(name: "wide", representation: "sums", shape: [1_000_000], axes: ["value"]),
      RepresentationPlan(name: "narrow", representation: "sums", shape: [10_000], axes: ["value"]),
    ]
    let told = try WorkAhead(plan, of: source, splits: source.splits, to: url, overwrite: false).notices
    #expect(told.count == 1 && told[0].contains("will take 4.1 GB: wide 4.0 GB (1010 rows x 1000000 x 4 bytes), "))
    #expect(told[0].hasSuffix("narrow 40 MB (1010 rows x 10000 x 4 bytes)"), "\(told)")
    // What is finished has its room already.
    try Data([1]).write(to: url)
    #expect(try WorkAhead(plan, of: source, splits: source.splits, to: url, overwrite: false).notices.isEmpty)
    #expect(try WorkAhead(plan, of: source, splits: source.splits, to: url, overwrite: true).notices == told)
  }

  @Test func splitsAndLimit() throws {
    let extraction = Extraction(of: [Sums()], from: CountingSource(), to: url).setting(\.splits, ["test"]).setting(
      \.limit, 7)
    #expect(try extraction.run().rows == 7)
    let file = try FeatureFile(reading: url)
    #expect(file.splits.map(\.name) == ["test"])
    guard case .single(let labels) = file.splits[0].labels else { return #expect(Bool(false), "other labels") }
    #expect(labels.count { $0 == 0 } == 4 && labels.count { $0 == 1 } == 3)
    #expect(Array(file.splits[0].ids) != (0..<7).map { "test/\($0).png" })
    var other = extraction
    other.limit = 8
    #expect(try #require(failure { try other.run() }).description.contains("7 rows of test"))
    other.limit = 0
    #expect(try #require(failure { try other.run() }).kind == .usage)
    other.limit = 1_000_000
    other.overwrite = true
    #expect(try other.run().rows == 300)
    other.splits = ["test", "dev"]
    #expect(try #require(failure { try other.run() }).description.contains("has no split dev; it has train, test"))
    other.splits = ["test", "test"]
    #expect(try #require(failure { try other.run() }).kind == .usage)
    other = extraction
    other.jobs = 0
    #expect(try #require(failure { try other.run() }).kind == .usage)
  }

  @Test func sketchesAreStoredInPlaceOfRows() throws {
    let source = CountingSource()
    let sketched = Sums(factor: 2).sketched(columns: 5, seed: 3)
    try Extraction(of: [sketched], from: source, to: url).run()
    let file = try FeatureFile(reading: url)
    let plan = file.representations[0]
    #expect(plan.shape == [5] && plan.axes == ["sketch"] && plan.sketch == 5 && plan.representation == "sums")
    #expect(plan.settings.keys.sorted() == ["factor", "sketch", "sketch_seed"])
    #expect(try Sketched<Sums>(settingValues: plan.settings).settingValues == sketched.settingValues)
    for split in source.splits {
      let values = try file[split.name].features("sums").matrix.values
      for row in [0, split.count - 1] {
        let image = try source.images(row..<row + 1, of: split)[0]
        #expect(Array(values[row * 5..<row * 5 + 5]) == (try sketched.features(of: image).values))
      }
    }
    // Another projection is another representation: the file is not gone on with.
    let other = failure {
      try Extraction(of: [Sums(factor: 2).sketched(columns: 5, seed: 4)], from: source, to: url).run()
    }
    #expect(other?.description.contains("sketch_seed") == true)
  }

  @Test func whatDiffersIsNamed() throws {
    try Extraction(of: [Sums()], from: CountingSource(), to: url).run()
    let factor = try #require(failure { try Extraction(of: [Sums(factor: 2)], from: CountingSource(), to: url).run() })
    #expect(factor.description.contains("factor=1"))
    let source = try #require(
      failure { try Extraction(of: [Sums()], from: CountingSource(fingerprint: "2"), to: url).run() })
    #expect(source.description.contains("another state of the source"))
    let size = try #require(
      failure { try Extraction(of: [Sums()], from: CountingSource(side: 5), to: url).run() })
    #expect(size.kind == .usage)
    let twice = try #require(
      failure { try Extraction(of: [Sums(), Sums(factor: 2)], from: CountingSource(), to: url).run() })
    #expect(twice.description.contains("representation sums: is there twice"))
  }

  @Test func blocksStaySmall() throws {
    func rows(side: Int) throws -> Int {
      try Extraction(of: [Sums()], from: CountingSource(side: side), to: url).plan().blockRows
    }
    #expect(try rows(side: 4) == 256)
    #expect(try rows(side: 224) == (16 << 20) / (4 * 2 * 224 * 224 * 3))
    #expect(try rows(side: 2000) == 1)
  }
}
