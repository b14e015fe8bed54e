import Foundation
import MVCore
import Synchronization
import TestSupport
import Testing

@testable import MVStore

/// The one loop by which extraction, import, merge and embedding fill a file.
@Suite struct FillTests {
  let folder: TemporaryFolder
  let url: URL
  let plan = SampleFile.plan(rows: [150, 42], blockRows: 16)

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  private func writer() throws -> FeatureFileWriter { try FeatureFileWriter(creatingOrResuming: url, plan: plan) }

  private func fill(_ writer: FeatureFileWriter, _ block: FeatureBlock) throws(MVError) {
    do { try SampleFile.fill(writer, block) } catch { throw MVError(error, subject: "test") }
  }

  @Test(arguments: [1, 3]) func tellsOfEveryBlockAndSumsUp(threads: Int) throws {
    let seen = Mutex<[MVCore.RunProgress]>([])
    // A writer holds the lock as long as it lives.
    let summary = try {
      let writer = try self.writer()
      return try writer.fill(threads: threads) { progress in
        seen.withLock { $0.append(progress) }
      } _: { (block) throws(MVError) in
        try fill(writer, block)
      }
    }()
    #expect(summary.rows == 192 && summary.rowsBefore == 0 && summary.bytes == plan.featureBytes)
    let done = seen.withLock { $0 }.map(\.done)
    // Nine and a half blocks of one split, two and a half of the other, and the start.
    #expect(done.count == 14 && done.first == 0 && done.last == 192)
    #expect(zip(done, done.dropFirst()).allSatisfy { $0 < $1 })
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    let again = try self.writer().fillInOrder { _ in Issue.record("nothing is missing") }
    #expect(again.rowsBefore == 192 && again.rowsPerSecond == 0)
  }

  @Test(arguments: [false, true]) func stopsAfterTheBlocksInFlight(inOrder: Bool) throws {
    let cancellation = Cancellation()
    let error = #expect(throws: MVError.self) {
      let writer = try self.writer()
      if inOrder {
        var blocks = 0
        try writer.fillInOrder(cancellation: cancellation) { (block) throws(MVError) in
          try fill(writer, block)
          blocks += 1
          if blocks == 3 { cancellation.cancel() }
        }
      } else {
        try writer.fill(
          threads: 1, cancellation: cancellation, progress: { if $0.done >= 48 { cancellation.cancel() } },
          { (block) throws(MVError) in try fill(writer, block) })
      }
    }
    #expect(error?.kind == .interrupted && error?.problem == "was stopped after 48 of 192 rows")
    let writer = try self.writer()
    let summary = try writer.fill { (block) throws(MVError) in try fill(writer, block) }
    #expect(summary.rowsBefore == 48)
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
  }

  @Test func keepsWhatWasDoneBeforeAnError() throws {
    do {
      let writer = try self.writer()
      let error = #expect(throws: MVError.self) {
        try writer.fill(threads: 1) { (block) throws(MVError) in
          guard block.index < 4 else { throw .badData("block", "is bad") }
          try fill(writer, block)
        }
      }
      #expect(error == .badData("block", "is bad"))
    }
    let writer = try self.writer()
    #expect(writer.rows - writer.missingBlocks.reduce(0) { $0 + $1.rows.count } == 64)
  }

  @Test func blocksOfAnotherPlanAreRefused() throws {
    let writer = try self.writer()
    let other = try FeatureFileWriter(
      creatingOrResuming: folder.url.appending(path: "b.h5"), plan: SampleFile.plan(rows: [16, 7], blockRows: 16))
    let block = try #require(writer.missingBlocks.last)
    #expect(SampleFile.error { try other.write([], of: 0, to: block) }?.kind == .usage)
    #expect(SampleFile.error { try writer.write([], of: 2, to: block) }?.kind == .usage)
    #expect(SampleFile.error { try writer.write([], of: "lbp", to: block) }?.problem == "has no representation lbp")
    #expect(SampleFile.error { try writer.markSkipped(0, of: "dev") }?.problem == "has no split dev")
    #expect(SampleFile.error { try writer.markSkipped(42, of: 1) }?.kind == .usage)
  }
}
