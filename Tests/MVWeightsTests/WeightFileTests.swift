import Foundation
import MVCore
import MVFiles
import MVWeights
import TestSupport
import Testing

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

  @Test(.enabled(if: RealData.url("teachers/resnet_cifar10/resnet56.pth") != nil))
  func aPublishedNetworkIsRead() throws {
    let file = try WeightFile(contentsOf: try #require(RealData.url("teachers/resnet_cifar10/resnet56.pth")))
    #expect(file.tensors.count == 277)
    #expect(file.tensors.contains { $0.key.hasSuffix("conv1.weight") && $0.value.shape == [16, 3, 3, 3] })
  }
}
