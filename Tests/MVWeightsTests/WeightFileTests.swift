import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVWeights

struct WeightFileTests {
  private static let plain = [
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "scalar", "empty",
  ]
  private static let views = ["transposed", "part", "parameter"]

  private func read(_ name: String) throws -> WeightFile {
    try WeightFile(contentsOf: Fixture.url("weights/\(name)"))
  }

  private func expectEqual(_ tensor: WeightTensor?, _ name: String) throws {
    let tensor = try #require(tensor, "\(name)")
    let golden = try Fixture.array("weights/\(name)")
    #expect(tensor.shape == golden.shape, "\(name)")
    let values = try tensor.floats()
    let expected = try golden.values(as: Float.self)
    #expect(values.map(\.bitPattern) == expected.map(\.bitPattern), "\(name)")
  }

  @Test(arguments: ["zip.pth", "legacy.pth", "plain.safetensors"])
  func everyFormatGivesTheSameValues(_ name: String) throws {
    let file = try read(name)
    let names = Self.plain + (name.hasSuffix("safetensors") ? [] : Self.views)
    #expect(Set(file.tensors.keys) == Set(names))
    for name in names { try expectEqual(file.tensors[name], name) }
    #expect(file.tensors["bfloat16"]?.element == .bfloat16 && file.tensors["bool"]?.element == .bool)
  }

  /// The length of a header comes first in safetensors: 0x80 begins a pickle too, and 0x4B50 a zip archive.
  @Test(arguments: [0x80, 0x180, 0x4B50]) func aHeaderOfAnyLengthIsOne(_ length: Int) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "x.safetensors")
    var header = Data(#"{"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#.utf8)
    header += Data(repeating: UInt8(ascii: " "), count: length - header.count)
    let size = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    try (Data(size) + header + Data([0, 0, 0x80, 0x3F])).write(to: url)
    let file = try WeightFile(contentsOf: url)
    #expect(file.format == .safetensors)
    #expect(try file.tensors["x"]?.floats() == [1])
  }

  /// A tensor without values may say lengths whose products are beyond counting.
  @Test(arguments: [[0, 1 << 62, 1 << 62], [1 << 62, 0], [0, Int.max], [-1, 0], [0, -1]])
  func lengthsThatCannotBeCounted(_ shape: [Int]) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "x.safetensors")
    try FileManager.default.copyItem(at: Fixture.url("weights/plain.safetensors"), to: url)
    try SafeTensorsHeader.change(url) {
      $0["added"] = ["dtype": "I8", "shape": shape, "data_offsets": [0, 0]] as [String: Any]
    }
    let error = failure { _ = try WeightFile(contentsOf: url) }
    #expect(error?.kind == .badData && error?.problem.contains("at added") == true, "\(error as Any)")
  }

  @Test func aTrainersCheckpointIsFlattened() throws {
    let file = try read("trained.ckpt")
    for name in Self.plain { try expectEqual(file.tensors["state_dict.module.\(name)"], name) }
    #expect(file.facts["epoch"] == "3" && file.facts["arch"] == "resnet50" && file.facts["loss"] == "0.25")
    #expect(file.facts["args.name"] == "run" && file.facts["optimizer.param_groups.0.betas.1"] == "0.999")
    #expect(try file.tensors["optimizer.state.0.step"]?.floats() == [5])
  }

  @Test func theStateOfTorchScriptIsRead() throws {
    let file = try read("scripted.pt")
    try expectEqual(file.tensors["inner.weight"], "float32")
    #expect(file.tensors["inner.bias"]?.shape == [4])
  }

  @Test func whatAsksForACallIsRefusedByName() throws {
    let error = failure { _ = try read("evil.pth") }
    #expect(error?.kind == .badData && error?.problem.contains("getcwd") == true)
    #expect(error?.remedy.contains("state_dict") == true)
    #expect(failure { _ = try read("big_endian.pth") }?.problem.contains("byte order") == true)
    #expect(failure { _ = try read("scalar.npy") }?.problem.contains("no file of weights") == true)
    #expect(failure { _ = try read("none.pth") }?.kind == .missingInput)
  }

  @Test(arguments: ["zip.pth", "legacy.pth", "plain.safetensors", "trained.ckpt", "scripted.pt"])
  func cutOffOrDamagedIsAnErrorAndNeverACrash(_ name: String) throws {
    let whole = try Data(contentsOf: Fixture.url("weights/\(name)"))
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: name)
    var names: Set<String> = []
    func open(_ bytes: Data) throws -> MVError? {
      try bytes.write(to: url)
      names = []
      return failure {
        let file = try WeightFile(contentsOf: url)
        for tensor in file.tensors.values { _ = try tensor.floats() }
        names = Set(file.tensors.keys)
      }
    }
    #expect(try open(whole) == nil)
    let all = names
    // A zip archive ends with a list of what it holds: without it, every tensor may still be there.
    for length in stride(from: 0, to: whole.count - 64, by: max(1, whole.count / 150)) {
      let error = try open(whole.prefix(length))
      #expect(error?.kind == .badData || (error == nil && names == all), "\(length) bytes")
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      var bytes = whole
      bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
      let error = try open(bytes)
      #expect(error == nil || error?.kind == .badData, "\(error!)")
    }
  }

  @Test func aPickleWithoutEndIsRefusedAndFreed() throws {
    // Ten thousand lists within one another, then one that holds itself, and tuples beyond what may be freed.
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "deep.pth")
    let deepLists =
      Data([0x80, 2]) + Data(repeating: UInt8(ascii: "]"), count: 100_000)
      + Data(repeating: UInt8(ascii: "a"), count: 99_999) + Data(".".utf8)
    let deepTuples = Data([0x80, 2, UInt8(ascii: ")")]) + Data(repeating: 0x85, count: 100_000) + Data(".".utf8)
    let circle = Data([0x80, 2]) + Data("]q\u{0}h\u{0}a.".utf8)
    for bytes in [deepLists, deepTuples, circle] {
      try bytes.write(to: url)
      #expect(failure { _ = try WeightFile(contentsOf: url) }?.kind == .badData)
    }
  }

  /// Dictionaries within tuples within dictionaries, and tuples of many references to one: as long as they are large.
  @Test func pickleOfManyReferences() throws {
    let head = Data([0x80, 2])
    let nested =
      (0..<100_000).reduce(into: head) { bytes, _ in bytes.append(contentsOf: [0x7D, 0x55, 1, 0x61]) } + Data("N".utf8)
      + (0..<100_000).reduce(into: Data()) { bytes, _ in bytes.append(contentsOf: [0x85, 0x73]) } + Data(".".utf8)
    // A tuple, kept, and then a tuple of as many references to it, of which again one is made.
    let wide = { (count: Int) -> Data in
      var bytes = head + Data("(".utf8) + Data(repeating: UInt8(ascii: "N"), count: count) + Data("tq\u{0}0".utf8)
      for _ in 0..<3 {
        bytes += Data("(".utf8)
        for _ in 0..<count { bytes.append(contentsOf: [UInt8(ascii: "h"), 0]) }
        bytes += Data("tq\u{0}0".utf8)
      }
      return bytes + Data("N.".utf8)
    }
    for bytes in [nested, wide(300_000)] {
      // Reading and freeing both go through it once.
      do throws(MVError) {
        _ = try PickleDocument(bytes, path: "a.pkl", remedy: "none") { _ in false }
      } catch { #expect(error.kind == .badData) }
    }
  }

  /// Each dictionary holds the one before twice: a few kilobytes say more values, and longer names, than memory holds.
  @Test(arguments: [1, 200_000]) func valuesThatAreReachedAgainAndAgain(_ keyBytes: Int) throws {
    func key(_ letter: Character) -> Data {
      let size = withUnsafeBytes(of: UInt32(keyBytes).littleEndian) { Data($0) }
      return Data("X".utf8) + size + Data(String(repeating: letter, count: keyBytes).utf8)
    }
    // The keys are kept as 200 and 201, the dictionaries as 0 and up.
    var bytes = Data([0x80, 2]) + key("p") + Data([0x71, 200, 0x30]) + key("q") + Data([0x71, 201, 0x30])
    bytes += Data([0x7D, 0x71, 0, 0x68, 200, 0x4B, 1, 0x73, 0x30])
    for level in UInt8(1)..<38 {
      bytes += Data([0x7D, 0x71, level, 0x68, 200, 0x68, level - 1, 0x73, 0x68, 201, 0x68, level - 1, 0x73, 0x30])
    }
    bytes += Data([0x68, 37, 0x2E])
    let document = try PickleDocument(bytes, path: "a.pth", remedy: "none") { _ in false }
    #expect(document.byteCount == bytes.count)
    let error = failure { _ = try TorchDocument.contents(of: document, storages: [:], path: "a.pth") }
    #expect(error?.kind == .badData && error?.problem.hasPrefix("nests its values without end, at p") == true)
    #expect((error?.problem.utf8.count ?? .max) < 400)
  }

  /// What is shared a few times, as an average of the weights by its side, is read as often.
  @Test func valuesThatAreShared() throws {
    func text(_ text: String) -> Data { Data([0x55, UInt8(text.utf8.count)]) + Data(text.utf8) }
    var bytes = Data([0x80, 2]) + Data("}q\u{0}".utf8) + text("epoch") + Data([0x4B, 3]) + Data("s0}".utf8)
    for name in ["model", "average"] { bytes += text(name) + Data("h\u{0}s".utf8) }
    let document = try PickleDocument(bytes + Data(".".utf8), path: "a.pth", remedy: "none") { _ in false }
    let contents = try TorchDocument.contents(of: document, storages: [:], path: "a.pth")
    #expect(contents.facts == ["model.epoch": "3", "average.epoch": "3"])
  }

  /// A value that a tensor shows again and again, by strides of zero.
  @Test(arguments: [
    ([3, 2], nil), ([1 << 20, 1 << 20], "than its shape"), ([1 << 40, 1 << 40], "in a way that PyTorch does not"),
  ])
  func tensorsOfMoreThanTheirStorage(_ shape: [Int], _ problem: String?) throws {
    func number(_ value: Int) -> Data { Data([0x8A, 8]) + withUnsafeBytes(of: Int64(value).littleEndian) { Data($0) } }
    func text(_ text: String) -> Data { Data([0x55, UInt8(text.utf8.count)]) + Data(text.utf8) }
    func global(_ module: String, _ name: String) -> Data { Data("c\(module)\n\(name)\n".utf8) }
    let storage =
      Data("(".utf8) + text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu") + number(1)
      + Data("tQ".utf8)
    let sizes = Data("(".utf8) + shape.reduce(Data()) { $0 + number($1) } + Data("t".utf8)
    let strides = Data("(".utf8) + shape.reduce(Data()) { bytes, _ in bytes + number(0) } + Data("t".utf8)
    let call = global("torch._utils", "_rebuild_tensor_v2") + Data("(".utf8) + storage + number(0) + sizes + strides
    let bytes = Data([0x80, 2]) + Data("}".utf8) + text("a") + call + Data([0x89, 0x4E]) + Data("tRs.".utf8)
    let document = try PickleDocument(bytes, path: "a.pth", remedy: "none") { _ in true }
    do {
      let contents = try TorchDocument.contents(of: document, storages: ["0": Data(count: 4)], path: "a.pth")
      let tensor = try #require(contents.tensors["a"])
      #expect(problem == nil && tensor.shape == shape)
      #expect(try tensor.floats().count == shape.reduce(1, *))
    } catch {
      #expect((error as? MVError)?.problem.contains(problem ?? "?") == true, "\(error)")
    }
  }

  @Test(.enabled(if: RealData.url("teachers/resnet_cifar10/resnet56.pth") != nil))
  func aPublishedNetworkIsRead() throws {
    let file = try WeightFile(contentsOf: try #require(RealData.url("teachers/resnet_cifar10/resnet56.pth")))
    #expect(file.tensors.count == 277)
    #expect(file.tensors.contains { $0.key.hasSuffix("conv1.weight") && $0.value.shape == [16, 3, 3, 3] })
  }

  /// PyTorch stores its members as they are: one that is compressed to a thousandth was made to fill the memory.
  @Test(arguments: [(1, true), (200, false)]) func compressedMembersGrowToALimit(_ megabytes: Int, _ isRead: Bool)
    throws
  {
    let folder = try TemporaryFolder()
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/bin/sh")
    gzip.arguments = ["-c", "head -c \(megabytes)M /dev/zero | gzip -9 > '\(folder.url.path)/zeros.gz'"]
    try gzip.run()
    gzip.waitUntilExit()
    // The stream between gzip's head and its sum and length.
    let packed = try Data(contentsOf: folder.url.appending(path: "zeros.gz"))
    let stream = packed.dropFirst(10).dropLast(8)
    let sum = packed.suffix(8).prefix(4)
    func number(_ value: Int, _ bytes: Int) -> Data {
      Data((0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
    let name = Data("archive/data/0".utf8)
    let fields =
      number(20, 2) + number(0, 2) + number(8, 2) + number(0, 4) + sum + number(stream.count, 4)
      + number(megabytes << 20, 4) + number(name.count, 2) + number(0, 2)
    let local = Data("PK\u{3}\u{4}".utf8) + fields + name + stream
    let central = Data("PK\u{1}\u{2}".utf8) + number(20, 2) + fields + number(0, 14) + name
    let end =
      Data("PK\u{5}\u{6}".utf8) + number(0, 4) + number(1, 2) + number(1, 2) + number(central.count, 4)
      + number(local.count, 4) + number(0, 2)
    let url = folder.url.appending(path: "made.pth")
    try (local + central + end).write(to: url)
    let error = failure { _ = try WeightFile(contentsOf: url) }
    #expect(error?.kind == .badData)
    #expect(
      error?.problem.hasPrefix(isRead ? "is a zip archive, and not one of PyTorch" : "unpacks to more than 64 MiB")
        == true, "\(String(describing: error))")
  }
}
