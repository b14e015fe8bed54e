import Foundation
import MVCore
import MVFiles
import SystemHDF5
import TestSupport
import Testing

@testable import MVStore

/// The source of a feature file's images: kept as it was recorded, wherever its rows go.
@Suite struct SourceRecordTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func source(_ name: String) throws -> SourceRecord? {
    try FeatureFile(reading: place(name)).description.source
  }

  private struct Known: Codable, Hashable {
    let kind: String
    let place: [String]
  }

  @Test func equalObjectsAreEqualAndTextsAreSorted() throws {
    let one = try #require(SourceRecord(json: #"{"b": [1, 2.5, null], "a": "x"}"#))
    #expect(one.json == #"{"a":"x","b":[1,2.5,null]}"#)
    #expect(one == SourceRecord(json: #"{"a":"x","b":[1,2.5,null]}"#))
    #expect(try SourceRecord(Known(kind: "k", place: ["p"])).value(as: Known.self) == Known(kind: "k", place: ["p"]))
    #expect(one.value(as: Known.self) == nil)
    for wrong in ["", "3", "[1]", "\"a\"", "{", "null"] { #expect(SourceRecord(json: wrong) == nil, "\(wrong)") }
    #expect(throws: MVError.self) { try SourceRecord([1, 2]) }
  }

  /// Compressing, exporting, merging and importing keep what this version does not know.
  @Test func itGoesWhereTheRowsGo() throws {
    let plan = SampleFile.plan()
    let wanted = try #require(SampleFile.source)
    let whole = try SampleFile.write(plan, to: place("a.h5"))
    #expect(try source("a.h5") == wanted)
    #expect(try FeatureFile(reading: whole).description.source(as: Known.self)?.place == ["sample"])

    try FeatureFilePacking.write(whole, to: place("packed.h5"), compressed: true)
    #expect(try source("packed.h5") == wanted)

    let shards = try (1...2).map { index in
      try SampleFile.write(
        plan.shard(ShardNumber(parsing: "\(index)/2")), to: place("shard\(index).h5"))
    }
    _ = try FeatureFileMerge(of: shards, to: place("joined.h5")).join()
    _ = try FeatureFileMerge(of: shards, to: place("copied.h5")).copy()
    #expect(try source("joined.h5") == wanted)
    #expect(try source("copied.h5") == wanted)

    try FeatureFileExport(of: FeatureFile(reading: whole)).write(to: place("arrays"))
    let text = try String(contentsOf: place("arrays/features.json"), encoding: .utf8)
    #expect(CanonicalJSON.value(FeatureFileDescription.self, from: text)?.source == wanted)
    let inputs = try FeatureImport.Input.inputs(in: place("arrays"))
    try FeatureImport(inputs, like: FeatureFile(reading: whole)).write(to: place("like.h5"))
    try FeatureImport(inputs).write(to: place("unlike.h5"))
    #expect(try source("like.h5") == wanted)
    #expect(try source("unlike.h5") == nil)
  }

  /// A run from another folder finishes the file; what was recorded first stays.
  @Test func itIsNotCompared() throws {
    var plan = SampleFile.plan()
    plan.source = SourceRecord(json: #"{"kind":"folder","place":["../sample"]}"#)
    try SampleFile.write(plan, to: place("a.h5"))
    let writer = try FeatureFileWriter(creatingOrResuming: place("a.h5"), plan: SampleFile.plan())
    #expect(writer.isResumed && writer.missingBlocks.isEmpty)
    #expect(try source("a.h5") == plan.source)
  }

  @Test func aFileWithoutOneHasNone() throws {
    var plan = SampleFile.plan()
    plan.source = nil
    try SampleFile.write(plan, to: place("none.h5"))
    #expect(try source("none.h5") == nil)
    #expect(try FeatureFile(reading: place("none.h5")).description.source(as: Known.self) == nil)
  }

  /// Another program wrote the attribute.
  @Test(arguments: ["{\"kind\":", "[]", "folder", ""]) func textThatIsNoObjectIsPassedOver(text: String) throws {
    var plan = SampleFile.plan()
    plan.source = nil
    let url = try SampleFile.write(plan, to: place("a.h5"))
    let context = HDF5Context.creating(url.path)
    try HDF5Library.locked { () throws(MVError) in
      let access = try HDF5Handle(mv_h5_create_access(), context, "no access")
      let file = try HDF5Handle(mv_h5_open_to_write(url.path, access.id), context, "not opened")
      try file.setAttribute("source", text)
    }
    let read = try FeatureFile(reading: url)
    #expect(read.description.source == nil && read.notices.contains { $0.contains("attribute source") })
    #expect(try read["train"].features(plan.representations[0].name).rows == plan.splits[0].count)
    #expect(try read.verify().missingBlocks == 0)
  }

  /// JSON that is an object, but not what is asked for: the file is read, its source is not.
  @Test func anObjectOfAnotherShapeIsAnErrorOfItsReaderAlone() throws {
    var plan = SampleFile.plan()
    plan.source = SourceRecord(json: #"{"kind":3}"#)
    let file = try FeatureFile(reading: SampleFile.write(plan, to: place("a.h5")))
    let error = try #require(SampleFile.error { _ = try file.description.source(as: Known.self) })
    #expect(error.kind == .badData && error.subject == file.url.path && error.problem.contains(#"{"kind":3}"#))
  }
}
