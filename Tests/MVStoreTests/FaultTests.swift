import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVStore

@Suite struct FaultTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  private func errorOfReading(_ url: URL) throws -> MVError {
    try #require(SampleFile.error { _ = try FeatureFile(reading: url).verify() })
  }

  @Test func whatIsNoFeatureFile() throws {
    #expect(try errorOfReading(url).kind == .missingInput)
    #expect(try errorOfReading(folder.url).description.contains("is not a file"))
    try Data("not HDF5 at all".utf8).write(to: url)
    #expect(try errorOfReading(url).description.contains("is not an HDF5 file"))
    let error = try #require(
      SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan()) })
    #expect(error.kind == .badData)
    try Data().write(to: url)
    #expect(try errorOfReading(url).description.contains("is not an HDF5 file"))
  }

  @Test func aLaterVersion() throws {
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.creatingFile(.creating(url.path))
      try file.setAttribute("format", "mvmr-features")
      try file.setAttribute("version", 2)
    }
    #expect(try errorOfReading(url).description.contains("version 2"))
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.creatingFile(.creating(url.path))
      try file.setAttribute("format", "someone else's")
    }
    #expect(try errorOfReading(url).description.contains("not a feature file"))
  }

  @Test func cutAtAnyLength() throws {
    let whole = try Data(contentsOf: SampleFile.write(to: url))
    var random = SeededGenerator(seed: 6)
    for _ in 0..<60 {
      let cut = folder.url.appending(path: "cut.h5")
      try whole.prefix(random.integer(below: whole.count)).write(to: cut)
      let error = try errorOfReading(cut)
      #expect(error.kind == .badData)
      #expect(error.description.hasPrefix(cut.path))
    }
  }

  /// Whatever bit is changed: an error, or a file that still says exactly what it said.
  @Test func flippedAnywhere() throws {
    let plan = SampleFile.plan(rows: [40, 12])
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    try writer.markSkipped(3, of: "test")
    try SampleFile.fill(writer)
    try writer.finish()
    let contents = try SampleFile.contents(url)
    let description = try FeatureFile(reading: url).description
    let size = description.bytes
    var random = SeededGenerator(seed: 7)
    var refused = 0
    for _ in 0..<400 {
      let offset = random.integer(below: size)
      let mask = UInt8(1) << random.integer(below: 8)
      try SampleFile.flip(url, at: offset, mask: mask)
      let error = SampleFile.error {
        let file = try FeatureFile(reading: url)
        _ = try file.verify()
        #expect(file.isComplete == false || file.description == description)
        if file.isComplete { #expect(try SampleFile.contents(url) == contents) }
      }
      if error != nil { refused += 1 }
      try SampleFile.flip(url, at: offset, mask: mask)
    }
    #expect(refused > 100)
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
  }

  @Test func verifyNamesTheRows() throws {
    try SampleFile.write(to: url)
    let stored = try StoredFile(reading: url.path)
    let features = stored.splits[0].features[1]
    try SampleFile.flip(url, at: features.offset! + 9 * features.rowBytes)
    #expect(
      try errorOfReading(url).problem
        == "train/small does not match its checksum in rows 8...11 (from train/Straße 64.png)")
    // The file as a whole still opens: only those rows are in doubt.
    #expect(try FeatureFile(reading: url)["test"].features("small").rows == 10)
    try SampleFile.flip(url, at: features.offset! + 9 * features.rowBytes)
    try SampleFile.flip(url, at: stored.splits[1].skippedOffset! + 2, mask: 1)
    #expect(try errorOfReading(url).problem.contains("row 2 of test (test/Straße 4.png) is marked as skipped"))
  }

  @Test func flippedLabelsAndIds() throws {
    try SampleFile.write(to: url)
    let offsets = try HDF5Library.locked { () throws(MVError) -> [Int?] in
      let file = try HDF5Handle.openingFile(.reading(url.path))
      return [try file.dataSet("train/labels").plainOffset, try file.dataSet("test/ids").plainOffset]
    }
    for (offset, name) in zip(offsets, ["train/labels", "test/ids"]) {
      try SampleFile.flip(url, at: offset! + 17)
      #expect(try errorOfReading(url).description.contains("\(name) does not match its checksum"))
      try SampleFile.flip(url, at: offset! + 17)
    }
  }

  @Test func labelsOutOfRange() throws {
    var plan = SampleFile.plan()
    plan.splits[1].labels = .single([0, 1, 2, -1, 3, 0, 0, 0, 0, 0])
    // No writer takes such a plan.
    try FeatureFileSkeleton.write(plan, to: url.path)
    #expect(try errorOfReading(url).description.contains("label of row 4 of test (test/Straße 16.png)"))
    plan = SampleFile.plan(multiLabel: true)
    guard case .multi(var values, let classes) = plan.splits[0].labels else { return }
    values[3 * 7 + 1] = 2
    plan.splits[0].labels = .multi(values, classes: classes)
    try FeatureFileSkeleton.write(plan, to: folder.url.appending(path: "b.h5").path)
    #expect(try errorOfReading(folder.url.appending(path: "b.h5")).description.contains("label of row 7 of train"))
  }

  /// A size that the file cannot hold is refused before memory is asked for it.
  @Test func packedRowsOfAnImpossibleSize() throws {
    var plan = SampleFile.plan(blockRows: 1)
    plan.representations[1].shape = [1 << 28]
    try FeatureFileSkeleton.write(plan, to: url.path, layout: .packed)
    #expect(try errorOfReading(url).problem.contains("train/small is unreasonably large"))
  }

  @Test func aSecondWriterIsRefused() throws {
    let first = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    for overwrite in [false, true] {
      let error = try #require(
        SampleFile.error {
          _ = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan(), overwrite: overwrite)
        })
      #expect(error.description.contains("is being written by another process"))
    }
    try SampleFile.fill(first)
    try first.finish()
    #expect(try FeatureFile(reading: url).isComplete)
  }

  @Test func aFileThatMayNotBeWritten() throws {
    let error = try #require(
      SampleFile.error {
        _ = try FeatureFileWriter(
          creatingOrResuming: folder.url.appending(path: "none/a.h5"), plan: SampleFile.plan())
      })
    #expect(error.kind == .missingInput)
    #expect(error.subject.hasSuffix("none/a.h5"))
    #expect(throws: MVError.self) {
      try FeatureFileWriter(creatingOrResuming: folder.url, plan: SampleFile.plan())
    }
    #expect(throws: MVError.self) {
      try FeatureFileWriter(creatingOrResuming: URL(filePath: "/proc/a.h5"), plan: SampleFile.plan())
    }
    guard getuid() != 0 else { return }
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path) }
    let denied = try #require(
      SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan()) })
    #expect(denied.kind == .inputOutput)
  }

  @Test func aLinkIsFollowed() throws {
    let link = folder.url.appending(path: "link.h5")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
    try SampleFile.write(to: url)
    let writer = try FeatureFileWriter(creatingOrResuming: link, plan: SampleFile.plan(), overwrite: true)
    #expect(writer.missingBlocks.count == 9)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == url.path)
    #expect(try FeatureFile(reading: url).isComplete == false)
  }
}
