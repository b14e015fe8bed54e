import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

/// Files of version 1 as the first release wrote them: they must be read for ever, and are never written again.
@Suite struct GoldenFileTests {
  @Test(arguments: [("version-1-float16", ElementType.float16, false), ("version-1-multi-label", .float32, true)])
  func versionOne(name: String, element: ElementType, multiLabel: Bool) throws {
    let file = try FeatureFile(reading: Fixture.url("store/\(name).h5"))
    let plan = SampleFile.plan(element: element, multiLabel: multiLabel)
    #expect(file.description.version == 1)
    #expect(file.dataset == "sample" && file.classNames == plan.classNames)
    #expect(file.description.fingerprint == "sample-1" && file.description.location == "/data/sample")
    #expect(file.description.created.hasPrefix("2026-") && file.description.software["mvmr"] == "test")
    #expect(file.description.settings == ["height": .int(8)])
    #expect(file.representations == plan.representations)
    #expect(file.description.splits.map(\.rows) == [23, 10])
    #expect(try file.verify().missingBlocks == 0)
    for split in plan.splits {
      let stored = try file[split.name]
      #expect(stored.labels == split.labels && stored.ids == split.ids)
      #expect(stored.skipped == (split.name == "test" ? [3] : []))
      for representation in plan.representations {
        let columns = representation.columns
        let features = try stored.features(representation.name)
        #expect(features.element == element && features.shape == representation.shape)
        #expect(
          features.matrix(at: stored.validRows).values
            == stored.validRows.flatMap { SampleFile.values(representation.name, $0..<$0 + 1, columns: columns) })
      }
    }
  }

  /// A file of version 1 that a kill left can still be finished.
  @Test func versionOneIsResumed() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.h5")
    try FileManager.default.copyItem(at: Fixture.url("store/version-1-float16.h5"), to: url)
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan(element: .float16))
    #expect(writer.isResumed && writer.missingBlocks.isEmpty)
  }

  /// Writes the files, where `MVMR_WRITE_GOLDEN` names a folder for them.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["MVMR_WRITE_GOLDEN"] != nil, "only on request"))
  func write() throws {
    let folder = URL(filePath: ProcessInfo.processInfo.environment["MVMR_WRITE_GOLDEN"]!)
    for (name, element, multiLabel) in [
      ("version-1-float16", ElementType.float16, false), ("version-1-multi-label", .float32, true),
    ] {
      let plan = SampleFile.plan(element: element, multiLabel: multiLabel)
      let writer = try FeatureFileWriter(creatingOrResuming: folder.appending(path: "\(name).h5"), plan: plan)
      try writer.markSkipped(3, of: "test")
      try SampleFile.fill(writer)
      try writer.finish()
    }
  }
}
