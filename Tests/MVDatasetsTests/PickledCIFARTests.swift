import Foundation
import MVCore
import MVDatasets
import MVFiles
import TestSupport
import Testing

struct PickledCIFARTests {
  private func pickle(_ name: String) throws -> Data { try Data(contentsOf: Fixture.url("cifar/\(name).pickle")) }

  /// The images of the fixture, channels interleaved.
  private func expected(_ rows: Range<Int>) throws -> [UInt8] {
    let planes = try Fixture.array("cifar/data").values(as: UInt8.self)
    return rows.flatMap { row in
      (0..<1024).flatMap { pixel in (0..<3).map { planes[row * 3072 + $0 * 1024 + pixel] } }
    }
  }

  @Test(arguments: ["python2", "protocol4"])
  func bothProtocolsGiveTheSameImages(_ form: String) throws {
    let layout = try LayoutFolder()
    try layout.put(try pickle("\(form)_cifar10"), "cifar-10-batches-py/data_batch_1")
    try layout.put(try pickle("\(form)_cifar10"), "cifar-10-batches-py/test_batch")
    try layout.put(try pickle("\(form)_meta"), "cifar-10-batches-py/batches.meta")
    let source = try CIFAR10(directory: layout.url)
    let train = try source.split("train")
    #expect(train.labels == .single([3, 0, 9, 7]) && train.ids[2] == "data_batch_1#2")
    #expect(source.contents.classNames == (0..<10).map { "class \($0)" })
    #expect(try source.images(1..<4, of: train).pixels == .uint8(try expected(1..<4)))

    let other = try LayoutFolder()
    try other.put(try pickle("\(form)_cifar100"), "train")
    let fine = try CIFAR100(directory: other.url)
    #expect(fine.splits[0].labels == .single([99, 0, 42, 17]))
    #expect(try CIFAR100(directory: other.url, labels: .coarse).splits[0].labels == .single([19, 0, 4, 11]))
    #expect(try fine.images(0..<4, of: fine.splits[0]).pixels == .uint8(try expected(0..<4)))
  }

  @Test func whatIsNotCIFARIsRefusedAndNotRun() throws {
    let layout = try LayoutFolder()
    let whole = try pickle("python2_cifar10")
    func open(_ bytes: Data) throws -> MVError? {
      try layout.put(bytes, "data_batch_1")
      return failure { _ = try CIFAR10(directory: layout.url) }
    }
    #expect(try open(whole) == nil)
    #expect(try open(try pickle("evil"))?.problem.contains("which is not run") == true)
    #expect(try open(try pickle("python2_nested"))?.problem.contains("called") == true)
    #expect(try open(try pickle("python2_cifar100"))?.problem.contains("no list called labels") == true)
    #expect(try open(Data("\u{80}\u{2}X".utf8))?.kind == .badData)
    // Protocol 0 writes numbers as text, an opcode that the official files do not use.
    let text = try open(Data("(dp0\nI1\nI2\ns.".utf8))
    #expect(text?.problem.contains("opcode 100 at byte 1") == true && text?.remedy.contains("binary") == true)
    // Cut anywhere, it is an error and never a crash.
    for length in Array(0..<400) + [whole.count / 2, whole.count - 1] {
      #expect(try open(whole.prefix(length))?.kind == .badData, "\(length) bytes")
    }
  }

  @Test func noDamagedByteIsFatal() throws {
    let layout = try LayoutFolder()
    let whole = try pickle("python2_cifar10")
    var generator = SeededGenerator(seed: 5)
    // The structure lies in the first bytes and the last; between them are pixels.
    let places = Array(0..<240) + Array(whole.count - 80..<whole.count)
    for place in places {
      var bytes = whole
      bytes[place] = UInt8(generator.integer(below: 256))
      try layout.put(bytes, "data_batch_1")
      let error = failure { _ = try CIFAR10(directory: layout.url) }
      #expect(error == nil || error?.kind == .badData, "byte \(place): \(error!)")
    }
  }
}
