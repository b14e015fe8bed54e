import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVStore

@Suite struct ExchangeTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func importing(_ inputs: String..., like: FeatureFile? = nil) throws -> FeatureImport {
    try FeatureImport(inputs.map { try #require(FeatureImport.Input(parsing: $0)) }, like: like)
  }

  /// Out and in again: the same bytes, marks of skipped rows included.
  @Test(arguments: ElementType.allCases, [false, true]) func arraysAndBack(element: ElementType, multiLabel: Bool)
    throws
  {
    let plan = SampleFile.plan(element: element, multiLabel: multiLabel)
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
    try writer.markSkipped(5, of: "train")
    try SampleFile.fill(writer)
    try writer.finish()
    let file = try FeatureFile(reading: url)
    try FeatureFileExport(of: file).write(to: place("arrays"))
    let hog = try NumPyArray(contentsOf: place("arrays/train/hog.npy"))
    #expect(hog.shape == [23, 3, 5] && hog.element == (element == .float16 ? .float16 : .float32))
    let labels = try NumPyArray(contentsOf: place("arrays/test/labels.npy"))
    #expect(labels.shape == (multiLabel ? [10, 3] : [10]))
    let ids = try String(contentsOf: place("arrays/train/ids.txt"), encoding: .utf8)
    #expect(ids.split(separator: "\n").map(String.init) == Array(plan.splits[0].ids))
    let back = place("back.h5")
    let imported = try FeatureImport(
      FeatureImport.Input.inputs(in: place("arrays")), dataset: "sample", classNames: plan.classNames)
    #expect(imported.plan.element == element)
    try imported.write(to: back)
    for split in ["train", "test"] {
      let (old, new) = (try file[split], try FeatureFile(reading: back)[split])
      #expect(new.labels == old.labels && new.ids == old.ids && new.skipped == old.skipped)
      for name in ["hog", "small"] {
        let (left, right) = (try old.features(name), try new.features(name))
        #expect(left.pieces[0].bytes == right.pieces[0].bytes && left.shape == right.shape)
      }
    }
    #expect(try FeatureFile(reading: back).verify().missingBlocks == 0)
    // Again: nothing to do, and no other arrays in its place.
    try imported.write(to: back)
    #expect(SampleFile.error { try FeatureFileExport(of: file).write(to: self.place("arrays")) }?.kind == .usage)
  }

  @Test func someOfTheArrays() throws {
    try SampleFile.write(to: url)
    let file = try FeatureFile(reading: url)
    try FeatureFileExport(of: file, splits: ["test"], representations: ["small"]).write(to: place("arrays"))
    let names = try FileManager.default.subpathsOfDirectory(atPath: place("arrays").path).sorted()
    #expect(names == ["classes.txt", "features.json", "test", "test/ids.txt", "test/labels.npy", "test/small.npy"])
    #expect(SampleFile.error { _ = try FeatureFileExport(of: file, splits: ["dev"]) }?.kind == .usage)
    #expect(SampleFile.error { _ = try FeatureFileExport(of: file, representations: ["lbp"]) }?.kind == .usage)
    let stopped = Cancellation()
    stopped.cancel()
    let error = SampleFile.error {
      try FeatureFileExport(of: file).write(to: self.place("more"), cancellation: stopped)
    }
    #expect(error?.kind == .interrupted)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["a.h5", "arrays"])
  }

  @Test func aTeacherLikeAnotherFile() throws {
    try SampleFile.write(to: url)
    let like = try FeatureFile(reading: url)
    let values = (0..<23 * 6).map { Double($0) / 8 }
    try NumPyArray.write(values, shape: [23, 6], element: .float64, to: place("t.npy"))
    let teacher = place("teacher.h5")
    try importing("train/clip=\(place("t.npy").path)", like: like).write(to: teacher)
    let file = try FeatureFile(reading: teacher)
    #expect(file.dataset == "sample" && file.classNames == like.classNames)
    #expect(try file["train"].labels == like["train"].labels)
    #expect(try file["train"].ids == like["train"].ids)
    #expect(try file["train"].features("clip").matrix.values == values.map { Float($0) })
    #expect(file.splits.count == 1)
    // An array that has changed is not mixed with the old one.
    try NumPyArray.write(values + [0, 0, 0, 0, 0, 0], shape: [24, 6], element: .float64, to: place("t.npy"))
    let error = SampleFile.error { _ = try self.importing("train/clip=\(self.place("t.npy").path)", like: like) }
    #expect(error?.problem == "has 24 rows, train of \(url.path) has 23")
    try NumPyArray.write(values.map { $0 + 1 }, shape: [23, 6], element: .float64, to: place("t.npy"))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: place("t.npy").path)
    let changed = SampleFile.error {
      try self.importing("train/clip=\(self.place("t.npy").path)", like: like).write(to: teacher)
    }
    #expect(changed?.problem.contains("inputs=") == true)
  }

  @Test func wholeNumbersAndLabels() throws {
    try NumPyArray.write((0..<40).map { Int32($0) }, shape: [10, 4], element: .int32, to: place("i.npy"))
    try NumPyArray.write((0..<10).map { UInt8($0 % 3) }, shape: [10], element: .uint8, to: place("l.npy"))
    try Data("a\nb b\nc\nd\ne\nf\ng\nh\ni\nj".utf8).write(to: place("ids.txt"))
    let (i, l, ids) = (place("i.npy").path, place("l.npy").path, place("ids.txt").path)
    try importing("all/counts=\(i)", "all/labels=\(l)", "all/ids=\(ids)").write(to: url)
    let split = try FeatureFile(reading: url)["all"]
    #expect(try split.features("counts").matrix.values == (0..<40).map { Float($0) })
    #expect(split.labels == .single((0..<10).map { Int64($0 % 3) }))
    #expect(split.ids[1] == "b b")
    try importing("all/counts=\(i)").write(to: place("b.h5"))
    #expect(try FeatureFile(reading: place("b.h5"))["all"].labels == .single([Int64](repeating: -1, count: 10)))
  }

  @Test func inputsThatCannotBe() throws {
    try NumPyArray.write([Float](repeating: 1, count: 40), shape: [10, 4], element: .float32, to: place("f.npy"))
    try NumPyArray.write([Float](repeating: 1, count: 45), shape: [9, 5], element: .float32, to: place("g.npy"))
    try NumPyArray.write(
      [Float.nan] + [Float](repeating: 1, count: 19), shape: [10, 2], element: .float32, to: place("n.npy"))
    try NumPyArray.write([Float](repeating: 1, count: 10), shape: [10], element: .float32, to: place("v.npy"))
    let (f, g, n, v) = (place("f.npy").path, place("g.npy").path, place("n.npy").path, place("v.npy").path)
    func words(_ inputs: String...) -> String {
      let error = SampleFile.error {
        let parsed = try inputs.map { try #require(FeatureImport.Input(parsing: $0)) }
        try FeatureImport(parsed).write(to: self.url)
      }
      return error?.description ?? "no error"
    }
    #expect(words("train/labels=\(f)").contains("hold no features"))
    #expect(words("train/a=\(f)", "train/b=\(g)").contains("has 9 rows"))
    #expect(words("train/a=\(f)", "test/a=\(g)").contains("has rows of [5]"))
    #expect(words("train/a=\(f)", "test/b=\(g)").contains("train/b: is not given"))
    #expect(words("train/a=\(f)", "train/a=\(f)").contains("twice"))
    #expect(words("train/a=\(f)", "train/labels=\(v)").contains("does not hold whole numbers"))
    #expect(words("train/a=\(v)").contains("has the shape [10]"))
    #expect(words("train/a=\(place("no.npy").path)").contains("does not exist"))
    #expect(words("train/a=\(f)", "train/ids=\(f)").contains("f.npy"))
    #expect(FileManager.default.fileExists(atPath: url.path) == false)
    let missing = words("train/a=\(n)")
    #expect(missing.hasPrefix("\(n): a of train row 0 (train/0) holds nan"), "\(missing)")
    for text in ["a=b", "a/b/c=d", "/b=c", "a/=c", "a/b=", "a/b"] {
      #expect(FeatureImport.Input(parsing: text) == nil, "\(text)")
    }
  }

  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py")) func foreignHDF5() throws {
    let foreign = place("foreign.h5")
    let script = """
      import h5py, numpy, sys
      with h5py.File(sys.argv[1], "w") as file:
        rows = numpy.arange(600 * 3).reshape(600, 3)
        file.create_dataset("deep/wide", data=(rows / 8).astype("f2"), chunks=(7, 2), compression="gzip")
        file.create_dataset("double", data=rows / 4)
        file.create_dataset("y", data=numpy.arange(600).astype("u2"))
        file.create_dataset("names", data=[f"bild ä {i}" for i in range(600)])
      """
    let run = try OtherProgram.run([OtherProgram.python!, "-c", script, foreign.path])
    #expect(run.status == 0, "\(run.output)")
    let path = foreign.path
    let half = try importing("train/a=\(path):deep/wide", "train/labels=\(path):y", "train/ids=\(path):names")
    #expect(half.plan.element == .float16)
    try half.write(to: url)
    let split = try FeatureFile(reading: url)["train"]
    #expect(try split.features("a").matrix.values == (0..<1800).map { Float($0) / 8 })
    #expect(split.ids[599] == "bild ä 599")
    #expect(split.labels == .single((0..<600).map { Int64($0) }))
    let double = try importing("train/a=\(path):deep/wide", "train/b=\(path):/double")
    #expect(double.plan.element == .float32)
    try double.write(to: place("b.h5"))
    #expect(
      try FeatureFile(reading: place("b.h5"))["train"].features("b").matrix.values == (0..<1800).map { Float($0) / 4 })
    #expect(
      SampleFile.error { _ = try self.importing("train/a=\(path)") }?.problem.contains("more than one array") == true)
    #expect(SampleFile.error { _ = try self.importing("train/a=\(path):no") }?.subject == path)
    #expect(SampleFile.error { _ = try self.importing("train/a=\(path):names") }?.problem.contains("numbers") == true)
  }

  @Test(arguments: ElementType.allCases) func compressedAndPlainAgain(element: ElementType) throws {
    let plan = SampleFile.plan(element: element, rows: [61, 10])
    try SampleFile.write(plan, to: url)
    let expected = try SampleFile.contents(url)
    let packed = place("packed.h5")
    try FeatureFilePacking.write(url, to: packed, compressed: true)
    #expect(try SampleFile.contents(packed) == expected)
    let file = try FeatureFile(reading: packed)
    #expect(try file.verify().missingBlocks == 0)
    #expect(file.description.created == (try FeatureFile(reading: url).description.created))
    #expect(file.description.splits[0].representations[0].isPacked)
    #expect(try FeatureFile.ifPacked(packed, by: plan) != nil)
    #expect(try FeatureFile.ifPacked(url, by: plan) == nil)
    var other = plan
    other.fingerprint = "other"
    #expect(SampleFile.error { _ = try FeatureFile.ifPacked(packed, by: other) }?.kind == .usage)
    #expect(SampleFile.error { try FeatureFilePacking.write(self.url, to: packed, compressed: true) }?.kind == .usage)
    let plain = place("plain.h5")
    try FeatureFilePacking.write(packed, to: plain, compressed: false)
    #expect(try SampleFile.contents(plain) == expected)
    #expect(try FeatureFileWriter(creatingOrResuming: plain, plan: plan).missingBlocks.isEmpty)
    // In its own place, and stopped half-way: the plain file stays.
    let stopped = Cancellation()
    let error = SampleFile.error {
      try FeatureFilePacking.write(
        self.url, to: self.url, compressed: true, overwrite: true, cancellation: stopped
      ) { _ in
        stopped.cancel()
      }
    }
    #expect(error?.kind == .interrupted)
    #expect(try FeatureFile.ifPacked(url, by: plan) == nil)
    // Not without a word that it is meant.
    let bytes = try Data(contentsOf: url)
    #expect(SampleFile.error { try FeatureFilePacking.write(self.url, to: self.url, compressed: true) }?.kind == .usage)
    #expect(try Data(contentsOf: url) == bytes)
    try FeatureFilePacking.write(url, to: url, compressed: true, overwrite: true)
    #expect(try FeatureFile.ifPacked(url, by: plan) != nil)
    #expect(try SampleFile.contents(url) == expected)
    if OtherProgram.hasH5dump {
      let dump = try OtherProgram.run(["h5dump", "-p", "-H", "-d", "/train/hog", url.path]).output
      #expect(dump.contains("COMPRESSION DEFLATE") && dump.contains("SHUFFLE"))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["a.h5", "packed.h5", "plain.h5"])
  }
}
