import Foundation
import MVCore
import MVFiles
import Synchronization
import TestSupport
import Testing

@testable import MVStore

/// What a power failure leaves: all that was written before the last sync, and of what came later any part, in sectors.
@Suite struct PowerLossTests {
  /// How the disk behaves: as it promises, or as if no sync had ever reached it.
  private enum Disk { case honest, ignoringSyncs }

  private final class Log: Sendable {
    let operations = Mutex<[FileOperation]>([])
  }

  let folder: TemporaryFolder
  let url: URL
  let plan = SampleFile.plan(element: .float16, rows: [150, 42], blockRows: 16)

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  /// Writes some blocks from two threads, with syncs in between; returns the file before, and what was done to it.
  private func session(_ random: inout SeededGenerator) throws -> (before: [UInt8], operations: [FileOperation]) {
    let log = Log()
    let often = random.chance(0.5)
    let writer = try FeatureFileWriter(
      creatingOrResuming: url, plan: plan, syncInterval: often ? .zero : .seconds(3600))
    let before = [UInt8](try Data(contentsOf: url))
    writer.file.observer.withLock { $0 = { operation in log.operations.withLock { $0.append(operation) } } }
    try writer.markSkipped(17, of: "train")
    var blocks = ArraySlice(writer.missingBlocks)
    while !blocks.isEmpty {
      let some = Array(blocks.prefix(1 + random.integer(below: 5)))
      blocks = blocks.dropFirst(some.count)
      try Parallel.forEach(some.count, threads: 2) { (index) throws(MVError) in
        do { try SampleFile.fill(writer, some[index]) } catch {
          throw error as? MVError ?? .internalFault("test", "\(error)")
        }
      }
      if !often, random.chance(0.4) { try writer.finish() }
    }
    try writer.finish()
    return (before, log.operations.withLock { $0 })
  }

  /// What may stand on the disk when power fails after `operations`, and how many writes were lost or torn.
  private func remains(
    _ before: [UInt8], _ operations: ArraySlice<FileOperation>, _ disk: Disk, _ random: inout SeededGenerator
  ) -> (bytes: [UInt8], lost: Int) {
    // Durable: what was written before the beginning of the last sync that ended.
    var (durable, began) = (operations.startIndex, operations.startIndex)
    for (index, operation) in zip(operations.indices, operations) where disk == .honest {
      switch operation {
      case .wrote: break
      case .syncing: began = index
      case .synced: durable = began
      }
    }
    var bytes = before
    var lost = 0
    for (index, operation) in zip(operations.indices, operations) {
      guard case .wrote(let values, let offset) = operation else { continue }
      var isWhole = true
      let fate = random.integer(below: 3)
      var place = 0
      while place < values.count {
        let end = min(values.count, ((offset + place) / 512 + 1) * 512 - offset)
        // A lost write, a whole one, or one torn at its sectors.
        if index < durable || fate == 0 || (fate == 1 && random.chance(0.5)) {
          bytes.replaceSubrange(offset + place..<offset + end, with: values[place..<end])
        } else {
          isWhole = false
        }
        place = end
      }
      if !isWhole { lost += 1 }
    }
    return (bytes, lost)
  }

  @Test func everyPrefixIsFinishedToTheSameFile() throws {
    let whole = folder.url.appending(path: "whole.h5")
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: whole, plan: plan)
      try writer.markSkipped(17, of: "train")
      try SampleFile.fill(writer)
      try writer.finish()
    }
    let expected = try SampleFile.contents(whole)
    var random = SeededGenerator(seed: 81)
    var (halfWay, lossy) = (0, 0)
    for attempt in 0..<40 {
      try? FileManager.default.removeItem(at: url)
      // Power fails up to three times before the file is finished.
      for _ in 0...random.integer(below: 3) {
        let (before, operations) = try session(&random)
        let cut = random.integer(below: operations.count + 1)
        let (bytes, lost) = remains(before, operations[..<cut], .honest, &random)
        try Data(bytes).write(to: url)
        // Whatever is marked is there.
        let found = try FeatureFile(reading: url).verify()
        if found.blocks > 0, found.missingBlocks > 0 { halfWay += 1 }
        if lost > 0 { lossy += 1 }
      }
      _ = try session(&random)
      #expect(try SampleFile.contents(url) == expected, "attempt \(attempt)")
      #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    }
    print("everyPrefixIsFinishedToTheSameFile: \(halfWay) half-way, \(lossy) with writes lost")
    #expect(halfWay > 30 && lossy > 30, "\(halfWay) half-way, \(lossy) with writes lost")
  }

  /// The replay sees what a disk does that loses writes in spite of a sync: the test above can fail.
  @Test func aDiskThatIgnoresSyncsIsFoundOut() throws {
    var random = SeededGenerator(seed: 82)
    var damaged = 0
    for _ in 0..<10 {
      try? FileManager.default.removeItem(at: url)
      let (before, operations) = try session(&random)
      try Data(remains(before, operations[...], .ignoringSyncs, &random).bytes).write(to: url)
      if SampleFile.error(of: { _ = try FeatureFile(reading: url).verify() }) != nil { damaged += 1 }
    }
    #expect(damaged > 5)
  }

  @Test func aFileThatWasReplacedWhileItWasOpened() throws {
    try SampleFile.write(plan, to: url)
    let stored = try StoredFile(reading: url.path)
    _ = try StoredRowReader(stored)
    let other = folder.url.appending(path: "other.h5")
    try SampleFile.write(SampleFile.plan(element: .float16, rows: [149, 42], blockRows: 16), to: other)
    #expect(rename(other.path, url.path) == 0)
    for open in [{ _ = try FeatureFile(url, stored) }, { _ = try StoredRowReader(stored) }] {
      let error = try #require(SampleFile.error(of: open))
      #expect(error.kind == .badData && error.problem.contains("was replaced"), "\(error)")
    }
    #expect(try FeatureFile(reading: url)["train"].count == 149)
  }
}
