import Foundation
import MVCore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite struct CheckpointTests {
  func tensors() throws -> [NamedTensor] {
    [
      NamedTensor(name: "a", tensor: try Tensor([1, -2, 3.5, 4, 5, 6], shape: [2, 3]), isParameter: true),
      NamedTensor(name: "b", tensor: try Tensor(repeating: 7, shape: [3, 2, 3, 3]).channelsLast(), isParameter: false),
    ]
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "t.safetensors")
    try TensorFile.write(tensors(), metadata: ["note": "line\n\"quoted\""], to: url)
    let file = try TensorFile(contentsOf: url)
    #expect(file.metadata["note"] == "line\n\"quoted\"")
    #expect(file.tensors["a"]?.shape == [2, 3])
    #expect(file.tensors["a"]?.values == [1, -2, 3.5, 4, 5, 6])
    #expect(file.tensors["b"]?.values == [Float](repeating: 7, count: 54))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["t.safetensors"])
  }

  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "t.ckpt")
    try TensorFile.write(tensors(), metadata: [:], to: url)
    let whole = try Data(contentsOf: url)
    for length in [0, 7, 40, whole.count - 1] {
      try whole.prefix(length).write(to: url)
      let error = #expect(throws: MVError.self) { try TensorFile(contentsOf: url) }
      #expect(error?.kind == .badData)
    }
    var flipped = whole
    flipped[whole.count - 9] ^= 4
    try flipped.write(to: url)
    let error = #expect(throws: MVError.self) { try TensorFile(contentsOf: url) }
    #expect(error?.problem == "is damaged: its checksum differs")
    try (whole + Data([0])).write(to: url)
    #expect(throws: MVError.self) { try TensorFile(contentsOf: url) }
    try whole.write(to: url)
    let foreign = #expect(throws: MVError.self) { try Checkpoint(contentsOf: url) }
    #expect(foreign?.problem == "is not a checkpoint of mvmr")
    let missing = #expect(throws: MVError.self) { try TensorFile(contentsOf: folder.url.appending(path: "none")) }
    #expect(missing?.kind == .missingInput)
  }
}
