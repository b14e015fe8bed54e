import Foundation
import MVCore
import MVFiles
import SystemHDF5
import TestSupport
import Testing

@testable import MVStore

/// Feature files that somebody made to mislead: what no writer would have written is not read.
@Suite struct UntrustedFileTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  /// Changes a file through HDF5; `body` gets the file and returns what HDF5 said.
  private func change(_ url: URL, _ body: (borrowing HDF5Handle) throws(MVError) -> [herr_t]) throws {
    let statuses = try HDF5Library.locked { () throws(MVError) in
      let context = HDF5Context.creating(url.path)
      let access = try HDF5Handle(mv_h5_create_access(), context, "no access")
      return try body(HDF5Handle(mv_h5_open_to_write(url.path, access.id), context, "not opened"))
    }
    #expect(statuses.allSatisfy { $0 >= 0 })
  }

  private func refusal(_ url: URL? = nil) -> MVError? {
    SampleFile.error { _ = try FeatureFile(reading: url ?? self.url) }
  }

  @Test(arguments: ["a\u{1B}[2J", "line\nbreak", ".hidden", "bell\u{7}", "c1\u{9B}"])
  func namesThatNoWriterTakes(_ name: String) throws {
    var plan = SampleFile.plan()
    plan.splits[0].name = name
    #expect(SampleFile.error { try plan.validate() }?.problem == "cannot be a name in a feature file")
    try FeatureFileSkeleton.write(plan, to: url.path)
    #expect(refusal()?.problem == "its groups are not the splits it names")
    plan = SampleFile.plan()
    plan.representations[0].name = name
    #expect(SampleFile.error { try plan.validate() }?.problem == "cannot be a name in a feature file")
    try FeatureFileSkeleton.write(plan, to: place("b.h5").path)
    #expect(refusal(place("b.h5"))?.problem.contains("train/.done does not describe the representations") == true)
  }

  @Test(arguments: ["train/../train", "..", "train/hog", ""])
  func splitsThatArePaths(_ name: String) throws {
    try SampleFile.write(to: url)
    try change(url) { (file) throws(MVError) in
      let status = H5Adelete(file.id, "splits")
      try file.setAttribute("splits", ["train", name])
      return [status]
    }
    #expect(refusal()?.problem == "its groups are not the splits it names")
  }

  @Test(arguments: ["train", "train/hog", "test/labels", "test/ids", "train/.done"])
  func linksToElsewhere(_ name: String) throws {
    try SampleFile.write(to: place("other.h5"))
    for isExternal in [false, true] {
      try SampleFile.write(to: url)
      try change(url) { (file) in
        [
          H5Lmove(file.id, name, file.id, "moved", 0, 0),
          isExternal
            ? H5Lcreate_external("other.h5", "/\(name)", file.id, name, 0, 0)
            : H5Lcreate_soft("/moved", file.id, name, 0, 0),
        ]
      }
      let error = try #require(refusal())
      let base = try #require(name.split(separator: "/").last)
      #expect(error.problem == "reaches \(base) by a \(isExternal ? "link to another file" : "soft link")")
      #expect(error.remedy.contains("h5repack") && error.kind == .badData)
      // The same where one data set is asked for.
      if name == "train/hog" {
        let input = FeatureImport.Input(split: "train", name: "x", location: "\(url.path):train/hog")
        #expect(
          SampleFile.error { _ = try FeatureImport([input]) }?.problem.hasPrefix("reaches train/hog by a") == true)
      }
      try FileManager.default.removeItem(at: url)
    }
  }

  /// Puts a data set of 23 rows of 3 x 5 in the place of train/hog, without bytes of its own.
  private func replaceHOG(_ prepare: (hid_t, hid_t) -> [herr_t]) throws {
    try SampleFile.write(to: url)
    try change(url) { (file) throws(MVError) in
      let shape: [hsize_t] = [23, 3, 5]
      let space = try HDF5Handle(H5Screate_simple(3, shape, nil), file.context, "no space")
      let list = try HDF5Handle(mv_h5_create_virtual(), file.context, "no list")
      let plain = try HDF5Handle(mv_h5_create_contiguous(0), file.context, "no list")
      let statuses = prepare(list.id, plain.id)
      let isVirtual = H5Pget_external_count(plain.id) == 0
      _ = try HDF5Handle(
        H5Dcreate2(file.id, "made", mv_h5_float32(), space.id, 0, isVirtual ? list.id : plain.id, 0), file.context,
        "no data set")
      return statuses + [
        H5Ldelete(file.id, "train/hog", 0), H5Lmove(file.id, "made", file.id, "train/hog", 0, 0),
      ]
    }
  }

  private func imported() -> MVError? {
    SampleFile.error {
      _ = try FeatureImport([.init(split: "train", name: "x", location: "\(self.url.path):train/hog")])
    }
  }

  @Test func bytesOfOtherFiles() throws {
    try Data("secret".utf8).write(to: place("secret.txt"))
    let secret = place("secret.txt").path
    try replaceHOG { _, plain in [H5Pset_external(plain, secret, 0, 23 * 60)] }
    #expect(refusal()?.problem == "keeps hog in files of its own")
    #expect(imported()?.problem == "keeps train/hog in files of its own")
  }

  @Test func rowsOfOtherFiles() throws {
    try SampleFile.write(to: place("other.h5"))
    try replaceHOG { list, _ in
      let shape: [hsize_t] = [23, 3, 5]
      let space = H5Screate_simple(3, shape, nil)
      return [H5Pset_virtual(list, space, "other.h5", "/train/hog", space), H5Sclose(space)]
    }
    #expect(refusal()?.problem == "joins train/hog from other.h5, which is none of its sources")
    #expect(imported()?.problem == "joins train/hog from other data sets")
  }

  @Test func whatMergeHasJoinedIsImported() throws {
    let parts = try (1...2).map { index in
      try SampleFile.write(SampleFile.plan().shard(ShardNumber(index, of: 2)), to: place("part%\(index).h5"))
    }
    _ = try FeatureFileMerge(of: parts, to: url).join()
    #expect(refusal() == nil && imported() == nil)
    // A source that joins others in turn would be read without a look at those.
    try change(parts[0]) { (file) throws(MVError) in
      try file.setAttribute("sources", ["other.h5"])
      return []
    }
    #expect(refusal() != nil && imported() != nil)
  }

  /// Shards in another folder are named by `..`, and nothing that is no file is opened for one.
  @Test(arguments: [("/etc/passwd", "is no name relative"), ("", "is no name relative"), ("pipe", "is not a file")])
  func sourcesThatAreNoShards(_ name: String, _ words: String) throws {
    let inner = place("inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    let parts = try (1...2).map { index in
      try SampleFile.write(SampleFile.plan().shard(ShardNumber(index, of: 2)), to: place("part\(index).h5"))
    }
    let merged = inner.appending(path: "all.h5")
    _ = try FeatureFileMerge(of: parts, to: merged).join()
    #expect(try FeatureFile(reading: merged).description.sources == ["../part1.h5", "../part2.h5"])
    try #require(mkfifo(inner.appending(path: "pipe").path, 0o600) == 0)
    try change(merged) { (file) throws(MVError) in
      let status = H5Adelete(file.id, "sources")
      try file.setAttribute("sources", ["../part1.h5", "../part2.h5", name])
      return [status]
    }
    #expect(refusal(merged)?.problem.contains(words) == true, "\(String(describing: refusal(merged)))")
  }

  /// A data set of which no chunk was ever written costs nothing in the file.
  @Test func littleFilesTakeLittleMemory() throws {
    try SampleFile.write(to: url)
    try change(url) { (file) throws(MVError) in
      let train = try file.group("train")
      let type = try HDF5Handle(mv_h5_create_text(512), file.context, "no type")
      let list = try HDF5Handle(mv_h5_create_packed(1, [1024]), file.context, "no list")
      let space = try HDF5Handle(H5Screate_simple(1, [1 << 24], nil), file.context, "no space")
      _ = try HDF5Handle(H5Dcreate2(train.id, "made", type.id, space.id, 0, list.id, 0), file.context, "no set")
      return [H5Ldelete(train.id, "ids", 0), H5Lmove(train.id, "made", train.id, "ids", 0, 0)]
    }
    #expect(refusal()?.problem == "train/ids is unreasonably large for what the file holds of it")
    let path = url.path
    let error = SampleFile.error { _ = try HDF5Rows.texts(path, "train/ids") }
    #expect(error?.problem == "train/ids is unreasonably large for what the file holds of it")
  }

  /// Many data sets that were never written, each small, are together no more than one.
  @Test func whatIsMadeUpIsCounted() throws {
    try SampleFile.write(to: url)
    let context = HDF5Context.creating(url.path)
    let path = url.path
    let admitted = try HDF5Library.locked { () throws(MVError) -> Int in
      let access = try HDF5Handle(mv_h5_create_access(), context, "no access")
      let file = try HDF5Handle(mv_h5_open_to_write(path, access.id), context, "not opened")
      let list = try HDF5Handle(mv_h5_create_packed(1, [1024]), context, "no list")
      let space = try HDF5Handle(H5Screate_simple(1, [100_000], nil), context, "no space")
      let set = try HDF5Handle(H5Dcreate2(file.id, "made", mv_h5_uint8(), space.id, 0, list.id, 0), context, "no set")
      var limit = StoredLimit(fileSize: 10_000)
      for count in 0..<20 {
        do throws(MVError) { try limit.admit(set, "made", bytes: 100_000) } catch { return count }
      }
      return 20
    }
    #expect(admitted == 10)
  }

  @Test func oneDataSetOfManyNames() throws {
    try SampleFile.write(to: url)
    let size = try StoredFile(reading: url.path).size
    try change(url) { (file) throws(MVError) in
      let names = (0..<max(4, size / 400)).map { "again\($0)" }
      let statuses = names.map { H5Lcreate_hard(file.id, "train", file.id, $0, 0, 0) }
      let deleted = H5Adelete(file.id, "splits")
      try file.setAttribute("splits", ["train"] + names)
      return statuses + [deleted]
    }
    #expect(refusal()?.problem.contains("by another name, a data set that was read before") == true)
  }

  @Test func oneLongTextAmongMany() throws {
    // Each takes as much as the longest, in memory and in the file.
    #expect(PackedStrings.excess(in: ["a.png", "b.png"]) == nil)
    #expect(PackedStrings.excess(in: []) == nil)
    let long = [String](repeating: "a.png", count: 3_000) + [String(repeating: "x", count: 100_000)]
    #expect(PackedStrings.excess(in: long)?.row == 3_000)
    #expect(PackedStrings.excess(in: [String](repeating: String(repeating: "x", count: 100_000), count: 700)) == nil)
    try NumPyArray.write([Float](repeating: 1, count: 3_001), shape: [3_001, 1], element: .float32, to: place("x.npy"))
    try Data(long.joined(separator: "\n").utf8).write(to: place("ids.txt"))
    let error = SampleFile.error {
      _ = try FeatureImport([
        .init(split: "train", name: "x", location: self.place("x.npy").path),
        .init(split: "train", name: "ids", location: self.place("ids.txt").path),
      ])
    }
    #expect(error?.problem == "holds a text of 100000 bytes, at row 3000, among 3001")
  }

  /// As other programs write them: of any length, each one where it is referred to.
  @Test func textsOfAnyLengthInAFile() throws {
    for (count, length, isFine) in [(2_000, 40, true), (2_000, 200_000, false)] {
      try SampleFile.write(to: url)
      try change(url) { (file) throws(MVError) in
        let type = try HDF5Handle(mv_h5_create_text(0), file.context, "no type")
        let space = try HDF5Handle(H5Screate_simple(1, [hsize_t(count)], nil), file.context, "no space")
        let set = try HDF5Handle(H5Dcreate2(file.id, "names", type.id, space.id, 0, 0, 0), file.context, "no set")
        let long = strdup(String(repeating: "y", count: length))
        let short = strdup("short")
        var texts = [UnsafeMutablePointer<CChar>?](repeating: short, count: count)
        texts[count / 2] = long
        let status = H5Dwrite(set.id, type.id, 0, 0, 0, &texts)
        free(long)
        free(short)
        return [status]
      }
      let path = url.path
      let error = SampleFile.error {
        let texts = try HDF5Rows.texts(path, "names")
        #expect(texts.count == count && texts[count / 2].count == length && texts[0] == "short")
      }
      #expect((error == nil) == isFine, "\(String(describing: error))")
      #expect(isFine || error?.problem.contains("a text of 200000 bytes, at 1000, among 2000") == true)
      try FileManager.default.removeItem(at: url)
    }
  }

  @Test(arguments: ["(4611686018427387904, 0)", "(1099511627776, 0)", "(1099511627776, 0, 3)", "(5,)", "()"])
  func arraysOfNothing(_ shape: String) throws {
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var data = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    data.append(contentsOf: header.utf8)
    if shape == "(5,)" { data.append(contentsOf: [1, 2, 3, 4, 5]) }
    if shape == "()" { data.append(7) }
    try data.write(to: place("x.npy"))
    let error = SampleFile.error {
      _ = try FeatureImport([.init(split: "train", name: "x", location: self.place("x.npy").path)])
    }
    #expect(error?.kind == .badData && error?.problem.contains("shape") == true, "\(String(describing: error))")
  }

  /// What attributes are for takes some kilobytes.
  @Test func anAttributeOfManyMegabytes() throws {
    for (count, isRead) in [(1000, true), (70_000, false)] {
      try SampleFile.write(to: url)
      try change(url) { (file) throws(MVError) in
        try file.setAttribute("long", [String](repeating: String(repeating: "x", count: 1000), count: count))
        return []
      }
      let error = SampleFile.error {
        _ = try HDF5Library.locked { () throws(MVError) in
          try HDF5Handle.openingFile(.reading(url.path)).texts("long").count
        }
      }
      #expect(error?.problem == (isRead ? nil : "attribute long is unreasonably long"))
      try FileManager.default.removeItem(at: url)
    }
  }

  /// Ids that are compressed to a thousandth: nobody's names are so alike.
  @Test func textsThatArePackedToNothing() throws {
    try HDF5Library.locked { () throws(MVError) in
      let context = HDF5Context.creating(url.path)
      let file = try HDF5Handle.creatingFile(context)
      let type = try HDF5Handle(mv_h5_create_text(1000), context, "no type")
      let shape = [100_000]
      let set = try file.creatingPackedDataSet("names", type: type.id, shape: shape, chunkRows: 10_000)
      let zeros = [UInt8](repeating: 0, count: 100_000_000)
      try set.write(zeros.span.bytes, type: type.id)
    }
    let error = SampleFile.error { _ = try HDF5Rows.texts(url.path, "names") }
    #expect(
      error?.problem == "names is unreasonably large for what the file holds of it", "\(String(describing: error))")
  }
}
