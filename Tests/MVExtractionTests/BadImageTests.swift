import Foundation
import MVCore
import MVDatasets
import MVRepresentations
import MVStore
import TestSupport
import Testing

@testable import MVExtraction

/// Images that cannot be read or used: where a run stops at them, and where it leaves them out.
@Suite struct BadImageTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  @Test(arguments: [false, true]) func badImagesAreSkippedWhereAskedFor(usesFloats: Bool) throws {
    let source = CountingSource(bad: [0, 300, 301, 999], usesFloats: usesFloats)
    let stopped = try #require(
      failure { try Extraction(of: [Sums(), First()], from: source, to: url).setting(\.jobs, 1).run() })
    #expect(stopped.description.contains("train/0.png"))
    // The same file goes on when asked to skip.
    let summary = try Extraction(of: [Sums(), First()], from: source, to: url).setting(\.skipBadImages, true).run()
    #expect(summary.skipped.map(\.row) == [0, 300, 301, 999])
    #expect(summary.skipped[1].id == "train/300.png")
    #expect(summary.skipped[1].reason.contains(usesFloats ? "not finite" : "is not an image"))
    let file = try FeatureFile(reading: url)
    let train = try file["train"]
    #expect(train.skipped == [0, 300, 301, 999])
    for name in ["sums", "first"] {
      let features = try train.features(name)
      #expect(features.matrix(at: [0, 300, 301, 999]).values.allSatisfy { $0.isNaN })
      #expect(features.matrix(at: train.validRows).values.allSatisfy { $0.isFinite })
    }
    let image = try source.images(302..<303, of: source.splits[0])[0]
    #expect(try train.features("sums").matrix(at: [302]).values == Sums().features(of: image).values)
    #expect(try file.verify().missingBlocks == 0)
    let again = try Extraction(of: [Sums(), First()], from: source, to: url).run()
    #expect(again.skipped.map(\.row) == [0, 300, 301, 999])
  }

  /// An image that an earlier run has marked is left out without being asked again, and that is said.
  @Test func whatWasLeftOutStaysSo() throws {
    let source = CountingSource(rows: [1000, 10], bad: [3])
    let extraction = Extraction(of: [Sums()], from: source, to: url).setting(\.jobs, 1)
    let cancellation = Cancellation()
    #expect(throws: MVError.self) {
      try extraction.setting(\.skipBadImages, true).run(cancellation: cancellation) { progress in
        if progress.done > 0 { cancellation.cancel() }
      }
    }
    let summary = try extraction.run()
    #expect(summary.rowsBefore > 0 && summary.rowsBefore < summary.rows)
    #expect(summary.skipped.map(\.row) == [3])
    #expect(summary.notices.contains("1 image stays left out, which an earlier run could not read"))
    let stopped = failure {
      _ = try Extraction(of: [Sums()], from: source, to: self.folder.url.appending(path: "n.h5")).run()
    }
    #expect(stopped?.remedy.hasSuffix("give --skip-bad-images to leave out such images and list them") == true)
  }

  @Test func aWholeBlockOfBadImages() throws {
    let source = CountingSource(rows: [600, 10], bad: Set(256..<512))
    let summary = try Extraction(of: [Sums()], from: source, to: url).setting(\.skipBadImages, true).run()
    #expect(summary.skipped.count == 256)
    #expect(try FeatureFile(reading: url)["train"].validRows.count == 344)
  }

  @Test func valuesThatAreNotFiniteStopTheRun() throws {
    // One job, as which of several bad rows is met first depends on the threads.
    let extraction = Extraction(of: [First(strict: true)], from: CountingSource(), to: url).setting(\.jobs, 1).setting(
      \.skipBadImages, true)
    let stopped = try #require(failure { try extraction.run() })
    // Of train, (row * 7 + 3) % 256 is 77 first in row 230.
    #expect(stopped.description.contains("first of train row 230 (train/230.png)"))
    let large = Extraction(of: [Sums(factor: 1e5)], from: CountingSource(), to: folder.url.appending(path: "b.h5"))
      .setting(\.element, .float16)
    #expect(try #require(failure { try large.run() }).description.contains("--dtype float32"))
  }

  @Test func errorsOfAnImageNameItsRowAndItsId() throws {
    // Of train, (row * 7 + 3) % 256 is 77 first in row 230: in the second block, after an image that is left out.
    let source = CountingSource(rows: [300, 10], bad: [140], side: 100)
    let extraction = Extraction(of: [First(refuses: 77)], from: source, to: url).setting(\.jobs, 1).setting(
      \.skipBadImages, true)
    #expect(try extraction.plan().blockRows == 139)
    let reason = "first of train row 230 (train/230.png): begins with 77; leave it out"
    let skipped = try extraction.run().skipped
    #expect(skipped.map(\.row) == [140, 230] && skipped[1].id == "train/230.png" && skipped[1].reason == reason)
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    let whole = extraction.setting(\.skipBadImages, false).setting(
      \.source, CountingSource(rows: [300, 10], side: 100)
    )
    .setting(\.overwrite, true)
    let stopped = try #require(failure { try whole.run() })
    #expect(
      stopped.row == 230 && stopped.id == "train/230.png"
        && stopped.description.hasPrefix("\(reason), or give --skip-bad-images"))
    // Once another representation of the row is written, it cannot be left out any more.
    let late = extraction.setting(\.overwrite, true).setting(
      \.representations, [NamedRepresentation(Sums()), NamedRepresentation(First(refuses: 77))])
    #expect(try #require(failure { try late.run() }).description == reason)
    let sketched = Extraction(
      of: [First(refuses: 77).sketched(columns: 1)], from: CountingSource(), to: folder.url.appending(path: "b.h5")
    ).setting(\.jobs, 1)
    #expect(try #require(failure { try sketched.run() }).place == "first of train row 230 (train/230.png)")
  }
}
