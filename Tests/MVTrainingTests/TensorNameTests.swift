import Foundation
import MVCore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// Checkpoints go into torchvision's networks: `backbone.*` has the names and shapes of its `resnet18` and `resnet50`.
///
/// Only the classifier and the counters of batch normalization are missing.
@Suite struct TensorNameTests {
  /// The names and shapes of torchvision's ResNet, written down from its documentation: stem, then four stages.
  private func torchvision(blocks: [Int], bottleneck: Bool, kernel: Int) -> [String: [Int]] {
    var names: [String: [Int]] = [:]
    func normalization(_ name: String, _ channels: Int) {
      for part in ["weight", "bias", "running_mean", "running_var"] { names["\(name).\(part)"] = [channels] }
    }
    names["conv1.weight"] = [64, 3, kernel, kernel]
    normalization("bn1", 64)
    var inputs = 64
    for (stage, count) in blocks.enumerated() {
      let width = 64 << stage
      let outputs = bottleneck ? 4 * width : width
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)"
        let shapes =
          bottleneck
          ? [[width, inputs, 1, 1], [width, width, 3, 3], [outputs, width, 1, 1]]
          : [[width, inputs, 3, 3], [width, width, 3, 3]]
        for (place, shape) in shapes.enumerated() {
          names["\(name).conv\(place + 1).weight"] = shape
          normalization("\(name).bn\(place + 1)", shape[0])
        }
        if block == 0, stage > 0 || bottleneck {
          names["\(name).downsample.0.weight"] = [outputs, inputs, 1, 1]
          normalization("\(name).downsample.1", outputs)
        }
        inputs = outputs
      }
    }
    return names
  }

  @Test(arguments: [(EncoderChoice.resnet18, [2, 2, 2, 2]), (.resnet50, [3, 4, 6, 3])])
  func backbonesAreTorchvisions(_ encoder: EncoderChoice, _ blocks: [Int]) throws {
    var settings = TrainingSettings()
    settings.encoder = encoder
    settings.projector = [8, 4]
    for stem in [ResidualConfiguration.Stem.imagenet, .smallKernel] {
      settings.stem = stem
      let names = torchvision(blocks: blocks, bottleneck: encoder == .resnet50, kernel: stem == .imagenet ? 7 : 3)
      let state = try settings.untrainedEncoder().state
      let backbone = state.filter { $0.name.hasPrefix("backbone.") }
      #expect(
        Dictionary(uniqueKeysWithValues: backbone.map { (String($0.name.dropFirst(9)), $0.tensor.shape) }) == names)
      #expect(state.count == names.count + 1 + 4 + 1, "the projector: linear, normalization, linear")
    }
  }

  /// The file as another program reads it: a length, JSON, and the values.
  @Test func theFileIsReadWithoutThisPackage() throws {
    let folder = try TemporaryFolder()
    try Trainer(TrainerTests.settings(epochs: 1), data: TrainerTests.data(), folder: folder.url).run()
    let url = Trainer.checkpoint(in: folder.url)
    let data = try Data(contentsOf: url)
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: [String: Any]])
    let entry = try #require(header["backbone.conv1.weight"])
    #expect(entry["dtype"] as? String == "F32" && entry["shape"] as? [Int] == [4, 3, 3, 3])
    let offsets = try #require(entry["data_offsets"] as? [Int])
    let bytes = data.dropFirst(8 + length).dropFirst(offsets[0]).prefix(offsets[1] - offsets[0])
    let stored = try #require(try Checkpoint(contentsOf: url).file.tensors["backbone.conv1.weight"])
    #expect(stored.values.withUnsafeBytes { Data($0) } == Data(bytes))
    #expect((header["__metadata__"] as? [String: String])?["format"] == "mvmr-checkpoint")
  }
}
