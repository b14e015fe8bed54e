import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

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
