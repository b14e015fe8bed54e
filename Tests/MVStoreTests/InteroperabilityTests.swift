import Foundation
import MVCore
import MVStore
import TestSupport
import Testing

@Suite struct InteroperabilityTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  @Test(.enabled(if: OtherProgram.hasH5dump, "h5dump is not installed")) func h5dump() throws {
    try SampleFile.write(SampleFile.plan(element: .float16), to: url)
    let dump = try OtherProgram.run(["h5dump", "-p", "-d", "/test/small", "-m", "%.4f", "-w", "0", url.path])
    #expect(dump.status == 0)
    #expect(dump.output.contains("16-bit little-endian floating-point"))
    #expect(dump.output.contains("CONTIGUOUS"))
    #expect(dump.output.contains("DATASPACE  SIMPLE { ( 10, 7 )"))
    let first = SampleFile.values("small", 0..<1, columns: 7).map { String(format: "%.4f", $0) }
    #expect(dump.output.contains("(0,0): \(first.joined(separator: ", "))"))
    let ids = try OtherProgram.run(["h5dump", "-d", "/train/ids", url.path])
    #expect(ids.output.contains("CSET H5T_CSET_UTF8"))
    #expect(ids.output.contains("STRSIZE 21"))
    let axes = try OtherProgram.run(["h5dump", "-a", "/train/hog/axes", url.path])
    for axis in ["row", "cell", "orientation"] { #expect(axes.output.contains("\"\(axis)")) }
  }

  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py")) func h5py() throws {
    try SampleFile.write(SampleFile.plan(element: .float16), to: url)
    let script = """
      import h5py, json, numpy, sys
      with h5py.File(sys.argv[1], "r") as file:
        assert file.attrs["format"] == b"mvmr-features", file.attrs["format"]
        assert [name.decode() for name in file.attrs["class_names"]] == ["chat", "Bär", "犬"]
        assert [name.decode() for name in file.attrs["splits"]] == ["train", "test"]
        train = file["train"]
        assert train["ids"].asstr()[2] == "train/Straße 4.png"
        assert train["labels"].dtype == numpy.int64 and list(train["labels"][:5]) == [-1, 0, 1, 2, -1]
        hog = train["hog"]
        assert hog.dtype == numpy.float16 and hog.shape == (23, 3, 5) and hog.chunks is None
        rows = numpy.arange(23)[:, None] * 31 + numpy.arange(15)[None] * 17 + 15
        assert numpy.array_equal(hog[:].reshape(23, 15), ((rows % 2048) - 1024) / 8)
        assert json.loads(hog.attrs["settings"])["clip"] == 0.2
        assert list(hog.attrs["axes"]) == [b"row", b"cell", b"orientation"]
        assert json.loads(hog.attrs["labels"])["orientation"][1] == "36"
        assert file["test/small"].attrs["sketch"] == 7
        assert numpy.array_equal(train[".done"][:], numpy.ones((6, 2), numpy.uint8))
      print("as written")
      """
    let read = try OtherProgram.run([OtherProgram.python!, "-c", script, url.path])
    #expect(read.output == "as written\n")
  }

  /// What h5py has chunked and compressed reads the same.
  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py"), arguments: ElementType.allCases)
  func packedByOthers(element: ElementType) throws {
    try SampleFile.write(SampleFile.plan(element: element), to: url)
    let packed = folder.url.appending(path: "packed.h5")
    let script = """
      import h5py, sys
      with h5py.File(sys.argv[1], "r") as source, h5py.File(sys.argv[2], "w") as target:
        for key, value in source.attrs.items(): target.attrs[key] = value
        for split in source:
          group = target.create_group(split)
          for name, old in source[split].items():
            new = group.create_dataset(name, data=old, dtype=old.dtype, chunks=True, shuffle=True, compression="gzip")
            for key, value in old.attrs.items(): new.attrs[key] = value
      """
    let run = try OtherProgram.run([OtherProgram.python!, "-c", script, url.path, packed.path])
    #expect(run.status == 0, "\(run.output)")
    let file = try FeatureFile(reading: packed)
    #expect(try SampleFile.contents(packed) == SampleFile.contents(url))
    #expect(file.representations == SampleFile.plan().representations)
    #expect(try file.verify().missingBlocks == 0)
    let error = try #require(
      SampleFile.error {
        _ = try FeatureFileWriter(creatingOrResuming: packed, plan: SampleFile.plan(element: element))
      })
    #expect(error.description.contains("holds compressed features"))
  }

  /// Text attributes of variable length and numbers of another type, as Python programs write them.
  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py")) func otherTypes() throws {
    try SampleFile.write(to: url)
    let script = """
      import h5py, sys
      with h5py.File(sys.argv[1], "r+") as file:
        file.attrs["dataset"] = "umlaut ä"
        file.attrs["version"] = 1
        del file["test/small"].attrs["sketch"]
        old = file["test/small"]
        values, attributes = old[:].astype("f8"), dict(old.attrs)
        del file["test/small"]
        new = file.create_dataset("test/small", data=values)
        for key, value in attributes.items(): new.attrs[key] = value
      """
    let run = try OtherProgram.run([OtherProgram.python!, "-c", script, url.path])
    #expect(run.status == 0, "\(run.output)")
    let file = try FeatureFile(reading: url)
    #expect(file.dataset == "umlaut ä")
    let small = try file["test"].features("small")
    #expect(small.element == .float32)
    #expect(small.matrix.values == SampleFile.values("small", 0..<10, columns: 7))
  }
}
