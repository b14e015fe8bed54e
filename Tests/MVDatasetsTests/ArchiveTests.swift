import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVDatasets

/// Archives are read in place, and give what their folders give.
struct ArchiveTests {
  @Test(arguments: ["cifar.tar.gz", "cifar.tar"])
  func cifarInAnArchive(_ name: String) throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(12), "cifar-10-batches-bin/data_batch_1.bin")
    try layout.put(BinarySourceTests.cifarBatch(5), "cifar-10-batches-bin/test_batch.bin")
    let archive = try layout.pack("cifar-10-batches-bin", into: name)
    let folder = try CIFAR10(directory: layout.url)
    let packed = try CIFAR10(directory: archive)
    #expect(packed.splits == folder.splits)
    #expect(try packed.images(3..<12, of: packed.splits[0]) == folder.images(3..<12, of: folder.splits[0]))
    #expect(packed.contents.fingerprint != folder.contents.fingerprint)
    #expect(packed.contents.fingerprint == (try CIFAR10(directory: archive)).contents.fingerprint)
  }

  /// By its first bytes an archive is read; its ending says only that it is one.
  @Test(arguments: ["tbz2", "tar.bz2", "txz", "tar.xz", "tar.zst", "tzst", "TAR.ZST"])
  func endingsOfArchives(_ ending: String) throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(3), "cifar-10-batches-bin/data_batch_1.bin")
    let packed = try layout.pack("cifar-10-batches-bin", into: "cifar.tar.gz")
    let named = layout.url.appending(path: "other.\(ending)")
    try FileManager.default.copyItem(at: packed, to: named)
    #expect(try CIFAR10(directory: named).splits == CIFAR10(directory: packed).splits)
  }

  @Test func stl10InAnArchive() throws {
    let layout = try LayoutFolder()
    try layout.put(Data((0..<2 * 27648).map { UInt8($0 % 253) }), "stl10_binary/train_X.bin")
    try layout.put(Data([4, 9]), "stl10_binary/train_y.bin")
    let archive = try layout.pack("stl10_binary", into: "stl10.tgz")
    let folder = try STL10(directory: layout.url)
    let packed = try STL10(directory: archive)
    #expect(packed.splits == folder.splits && packed.splits[0].labels == .single([3, 8]))
    #expect(try packed.images(0..<2, of: packed.splits[0]) == folder.images(0..<2, of: folder.splits[0]))
  }

  @Test func tinyImageNetInAnArchive() throws {
    let layout = try TinyImageNetTests.layout()
    let archive = try layout.pack("tiny-imagenet-200", into: "tiny.tar.gz")
    let folder = try TinyImageNet(directory: layout.url)
    let packed = try TinyImageNet(directory: archive)
    #expect(packed.splits == folder.splits && packed.contents.classNames == folder.contents.classNames)
    for (left, right) in zip(packed.splits, folder.splits) {
      #expect(try packed.images(0..<left.count, of: left) == folder.images(0..<right.count, of: right))
    }
  }

  /// A tar file that is not compressed is not unpacked: names of any length, pieces and what is cut off included.
  @Test func filesInAPlainTarFileAreReadWhereTheyAre() throws {
    let layout = try LayoutFolder()
    let long = String(repeating: "a long name ", count: 20)
    let contents = [
      "data/a.bin": Data((0..<3000).map { UInt8($0 % 251) }), "data/\(long)/\(long)": Data("text".utf8),
      "data/empty": Data(), "data/é": Data([1, 2, 3]),
    ]
    for (name, bytes) in contents { try layout.put(bytes, name) }
    for format in ["gnu", "pax", "ustar"] {
      let names = format == "ustar" ? ["data/a.bin", "data/empty"] : Array(contents.keys)
      let archive = try layout.pack(["--format=\(format)"] + names, into: "plain-\(format).tar")
      let bytes = try Data(contentsOf: archive)
      let reader = try ArchiveReader(archive)
      var found = 0
      while let entry = try reader.next() {
        let stretch = try #require(entry.stretch, "\(format) \(entry.name)")
        #expect(bytes[stretch] == contents[entry.name], "\(format) \(entry.name)")
        found += 1
      }
      #expect(found == names.count)
    }
    // A file with holes is stored in pieces.
    let holes = layout.url.appending(path: "data/holes")
    try layout.put(Data(), "data/holes")
    let handle = try FileHandle(forWritingTo: holes)
    try handle.seek(toOffset: 1 << 20)
    try handle.write(contentsOf: Data([7]))
    try handle.close()
    let reader = try ArchiveReader(try layout.pack(["-S", "data/holes", "data/a.bin"], into: "holes.tar"))
    var stretches: [String: Range<Int>?] = [:]
    while let entry = try reader.next() { stretches[entry.name] = entry.stretch }
    #expect(stretches["data/a.bin"] != .some(nil) && stretches["data/holes"] == .some(nil))
  }

  /// Data sets are often linked together out of others.
  @Test func linksInAnArchiveLeadToTheirFiles() throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(3), "real/batch")
    let manager = FileManager.default
    let folder = layout.url.appending(path: "cifar-10-batches-bin")
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    try manager.linkItem(
      at: layout.url.appending(path: "real/batch"), to: folder.appending(path: "data_batch_1.bin"))
    try manager.createSymbolicLink(
      atPath: folder.appending(path: "test_batch.bin").path, withDestinationPath: "../real/./batch")
    for name in ["links.tar", "links.tar.gz"] {
      let source = try CIFAR10(directory: try layout.pack("real", "cifar-10-batches-bin", into: name))
      #expect(source.splits.map(\.name) == ["train", "test"] && source.splits.allSatisfy { $0.count == 3 }, "\(name)")
      #expect(try source.images(0..<3, of: source.splits[0]) == source.images(0..<3, of: source.splits[1]))
    }
  }

  /// Names from the root of the disk, or that lead up, belong to no folder of the archive: said, not passed over.
  @Test func namesThatLeadElsewhereAreSaid() throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(3), "cifar-10-batches-bin/data_batch_1.bin")
    for prefix in ["/", "../", "a/../", "a//"] {
      let words = ["-P", "--transform", "s,^,\(prefix),", "cifar-10-batches-bin"]
      for name in ["a.tar", "a.tar.gz"] {
        let archive = try layout.pack(words, into: name)
        let error = failure { _ = try CIFAR10(directory: archive) }
        #expect(error?.kind == .badData && error?.problem.contains("leads elsewhere") == true, "\(prefix) \(name)")
      }
    }
  }

  /// A disk that fails meanwhile must not end the process.
  @Test func anArchiveThatIsCutWhileItIsReadIsNamed() throws {
    let layout = try LayoutFolder()
    try layout.put(Data(repeating: 7, count: 9000), "data/x.bin")
    let archive = try layout.pack("data", into: "cut.tar")
    let tree = try FileTree(archive, hint: "")
    #expect(try tree.bytes(of: "data/x.bin").count == 9000)
    try Data().write(to: archive)
    #expect(failure { _ = try tree.bytes(of: "data/x.bin") }?.problem == "was cut short while it was read")
  }

  @Test func aTarFileThatIsCutOffIsNamed() throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(3), "cifar-10-batches-bin/data_batch_1.bin")
    let archive = try layout.pack("cifar-10-batches-bin", into: "a.tar")
    let whole = try Data(contentsOf: archive)
    for length in [1536, 4000, 9000] {
      try whole.prefix(length).write(to: archive)
      let error = failure { _ = try CIFAR10(directory: archive) }
      #expect(error?.kind == .badData && error?.subject == archive.path, "\(length): \(String(describing: error))")
    }
  }

  @Test func damagedAndForeignFilesAreNamed() throws {
    let layout = try LayoutFolder()
    try layout.put(BinarySourceTests.cifarBatch(3), "cifar-10-batches-bin/data_batch_1.bin")
    let archive = try layout.pack("cifar-10-batches-bin", into: "a.tar.gz")
    let whole = try Data(contentsOf: archive)
    for length in [1, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: archive)
      let error = failure { _ = try CIFAR10(directory: archive) }
      #expect(error?.kind == .badData && error?.subject == archive.path, "\(length): \(String(describing: error))")
    }
    try layout.put("text", "b.tar.gz")
    #expect(failure { _ = try CIFAR10(directory: layout.url.appending(path: "b.tar.gz")) }?.kind == .badData)
    try layout.put("text", "c.bin")
    let file = failure { _ = try CIFAR10(directory: layout.url.appending(path: "c.bin")) }
    #expect(file?.problem == "is neither a folder nor an archive")
    try layout.put("text", "inner/notes.txt")
    let other = try layout.pack("inner", into: "d.tar")
    #expect(failure { _ = try CIFAR10(directory: other) }?.kind == .missingInput)
  }
}
