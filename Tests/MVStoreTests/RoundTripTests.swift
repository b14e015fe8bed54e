import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

@Suite struct RoundTripTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  @Test(arguments: ElementType.allCases, [false, true])
  func everythingComesBack(element: ElementType, multiLabel: Bool) throws {
    let plan = SampleFile.plan(element: element, multiLabel: multiLabel)
    try SampleFile.write(plan, to: url)
    let file = try FeatureFile(reading: url)
    #expect(file.dataset == "sample")
    #expect(file.classNames == plan.classNames)
    #expect(file.representations == plan.representations)
    #expect(file.splits.map(\.name) == ["train", "test"])
    #expect(file.isComplete)
    for split in plan.splits {
      let stored = try file[split.name]
      #expect(stored.labels == split.labels)
      #expect(stored.ids == split.ids)
      #expect(stored.skipped.isEmpty)
      #expect(stored.validRows == Array(0..<split.count))
      for representation in plan.representations {
        let features = try stored.features(representation.name)
        #expect(features.element == element)
        #expect(features.shape == representation.shape)
        let expected = SampleFile.values(representation.name, 0..<split.count, columns: representation.columns)
        #expect(features.matrix.values == expected)
        #expect(
          features.matrix(at: [9, 0, 9]).values
            == [9, 0, 9].flatMap {
              SampleFile.values(representation.name, $0..<$0 + 1, columns: representation.columns)
            })
      }
    }
    let verified = try file.verify()
    #expect(verified.bytes == 33 * 22 * element.size)
    #expect(verified.missingBlocks == 0)
    #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: ".a.h5.creating").path) == false)
  }

  @Test func float16RoundsToNearestAndRefusesWhatItCannotHold() throws {
    var plan = SampleFile.plan(element: .float16, rows: [2, 1], blockRows: 2)
    plan.representations = [
      RepresentationPlan(name: "r", representation: "r", shape: [3], axes: ["column"])
    ]
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    let block = writer.missingBlocks[0]
    let error = try #require(
      SampleFile.error { try writer.write([0, 1, 2, 3, -65520, 5], of: "r", to: block) })
    #expect(error.kind == .badData)
    #expect(error.description.contains("row 1 (train/Straße 1.png)"))
    #expect(error.description.contains("--dtype float32"))
    try writer.write([0.1, 65519, -65519, 1e-9, 2049, 2051], of: "r", to: block)
    try writer.finish()
    let values = try FeatureFile(reading: url)["train"].features("r").matrix.values
    #expect(values == [0.099975586, 65504, -65504, 0, 2048, 2052])
  }

  @Test func valuesThatAreNotFiniteAreRefusedByName() throws {
    for (element, value) in [(ElementType.float32, Float.nan), (.float32, .infinity), (.float16, .nan)] {
      let plan = SampleFile.plan(element: element)
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan, overwrite: true)
      var values = SampleFile.values("small", 0..<4, columns: 7)
      values[2 * 7 + 3] = value
      let error = try #require(
        SampleFile.error { try writer.write(values, of: "small", to: writer.missingBlocks[0]) })
      #expect(error.description.contains("small of train row 2 (train/Straße 4.png)"))
    }
  }

  @Test func skippedRowsAreLeftOut() throws {
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try writer.markSkipped(5, of: "train")
    #expect(throws: MVError.self) { try writer.markSkipped(23, of: "train") }
    try SampleFile.fill(writer)
    try writer.finish()
    let file = try FeatureFile(reading: url)
    let train = try file["train"]
    #expect(train.skipped == [5])
    #expect(train.validRows == (0..<23).filter { $0 != 5 })
    #expect(try train.features("hog").matrix(5..<6).values.allSatisfy(\.isNaN))
    #expect(try train.features("hog").matrix(6..<7).values == SampleFile.values("hog", 6..<7, columns: 15))
    #expect(file.description.splits[0].skippedIDs == ["train/Straße 25.png"])
    #expect(try file.verify().missingBlocks == 0)
  }

  @Test func descriptionSurvivesJSON() throws {
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try SampleFile.fill(writer, blocks: 2)
    try writer.finish()
    let description = try FeatureFile(reading: url).description
    #expect(description.isComplete == false)
    #expect(description.splits[0].representations[0].doneRows == 8)
    #expect(description.splits[0].labeledRows == 17)
    #expect(description.splits[1].representations[1].doneFraction == 0)
    #expect(description.splits[0].representations[1].sketch == 7)
    #expect(description.software["mvmr"] == "test")
    #expect(description.software["hdf5"]?.isEmpty == false)
    let bytes = try JSONEncoder().encode(description)
    #expect(try JSONDecoder().decode(FeatureFileDescription.self, from: bytes) == description)
  }

  /// HDF5's older attribute storage ends at 64 KiB; ImageNet's class names alone take more.
  @Test func attributesMayBeLong() throws {
    var plan = SampleFile.plan()
    plan.classNames = (0..<1000).map { "class \($0), " + String(repeating: "name ", count: 30) }
    plan.representations[0].labels = ["orientation": (0..<20_000).map { "coefficient \($0)" }]
    try SampleFile.write(plan, to: url)
    let file = try FeatureFile(reading: url)
    #expect(file.classNames == plan.classNames)
    #expect(file.representations == plan.representations)
  }

  @Test func blocksFromSeveralThreads() throws {
    let plan = SampleFile.plan(element: .float16, rows: [1000, 77], blockRows: 3)
    let other = folder.url.appending(path: "b.h5")
    try SampleFile.write(plan, to: url)
    let writer = try FeatureFileWriter(creatingOrResuming: other, plan: plan)
    let blocks = Array(writer.missingBlocks.reversed())
    try Parallel.forEach(blocks.count, threads: 4) { index throws(MVError) in
      do { try SampleFile.fill(writer, blocks[index]) } catch { throw MVError(error, subject: "test") }
    }
    try writer.finish()
    #expect(try SampleFile.contents(url) == SampleFile.contents(other))
  }

  /// Rows that are left out are gone, and no value of the others moves.
  @Test(arguments: ElementType.allCases) func someRowsMayBeKept(element: ElementType) throws {
    let plan = SampleFile.plan(element: element)
    try SampleFile.write(plan, to: url)
    let all = try FeatureFile(reading: url)["train"].features(plan.representations[0].name)
    for kept in [[0], [1, 2, 3, 7, 8], [5], Array(0..<all.rows), Array((0..<all.rows).filter { $0 % 3 != 1 })] {
      let part = all.keeping(kept)
      #expect(part.rows == kept.count && part.shape == all.shape)
      #expect(part.matrix.values == all.matrix(at: kept).values)
      #expect(part.matrix(at: [kept.count - 1, 0]).values == all.matrix(at: [kept[kept.count - 1], kept[0]]).values)
      #expect(part.keeping([kept.count - 1]).matrix.values == all.matrix(at: [kept[kept.count - 1]]).values)
    }
    #expect(all.keeping([]).rows == 0)
  }
}
