import Foundation
import MVCore
import MVImaging
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks

@Suite struct ArchitectureTests {
  /// The golden values, apart from gradients: the network's name and the size of the images.
  static let goldens: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.url("networks").path)) ?? []
    return files.filter { $0.hasSuffix(".npy") && !$0.contains("gradients") }.map { String($0.dropLast(4)) }.sorted()
  }()

  /// A name of `goldens` in its parts.
  static func parts(_ golden: String) throws -> (NetworkArchitecture, name: String, ImageSize) {
    let cut = try #require(golden.lastIndex(of: "_"))
    let name = String(golden[..<cut])
    let size = try ImageSize(parsing: String(golden[golden.index(after: cut)...]))
    return (try #require(SmallNetworks.all[name]), name, size)
  }

  /// The largest difference of any output to the peer's, relative to the largest value of that output.
  func error(_ network: any Backbone, _ golden: String, _ images: Tensor) throws -> Float {
    let expected = try Fixture.floats("networks/\(golden)")
    var first = 0
    var worst: Float = 0
    for output in network.outputs {
      let own = try Torch.withoutGradients { () throws(MVError) in
        try network.output(output, of: images, .evaluation)
      }
      #expect(own.shape == [images.shape[0], try network.checkedColumns(of: output)])
      let last = min(expected.count, first + own.count)
      let theirs = Array(expected[first..<last])
      first = last
      let error = try largestDifference(own.values(), theirs) / (theirs.map(abs).max() ?? 0)
      worst = error <= worst ? worst : error
    }
    #expect(first == expected.count, "the network has other outputs than the golden values")
    return worst
  }

  @Test func everyNetworkHasTwoSizes() throws {
    #expect(Self.goldens.count == 2 * SmallNetworks.all.count - 1, "DINO's offset is for other sizes alone")
  }

  @Test(arguments: goldens) func outputsAreThePeers(_ golden: String) throws {
    let (architecture, _, size) = try Self.parts(golden)
    let network = try SmallNetworks.network(architecture)
    for channelsLast in [true, false] {
      let error = try error(network, golden, SmallNetworks.images(size, channelsLast: channelsLast))
      #expect(error < 1e-4, "\(error)")
    }
  }

  @Test(arguments: SmallNetworks.all.keys.filter { $0 != "dinov2_offset" }.sorted())
  func tensorsHaveThePeersNamesAndShapes(_ name: String) throws {
    let network = try #require(SmallNetworks.all[name]).backbone(seed: 1)
    let own = network.state.map { "\($0.name) \($0.tensor.shape.map(String.init).joined(separator: "x"))" }
    let text = try String(contentsOf: Fixture.url("networks/\(name).txt"), encoding: .utf8)
    #expect(own == text.split(separator: "\n").map(String.init))
  }

  @Test func eachRuleForPositionsIsAnother() throws {
    let size = ImageSize(height: 48, width: 32)
    let images = try SmallNetworks.images(size)
    for rule in VisionTransformerConfiguration.Positions.allCases {
      let network = try SmallNetworks.network(
        .transformer(
          SmallNetworks.transformer {
            $0.layerScale = true
            $0.positions = rule
          }))
      for (golden, its) in [
        ("dinov2", .bicubic), ("dinov2_offset", VisionTransformerConfiguration.Positions.bicubicOffset),
      ] {
        let error = try error(network, "\(golden)_\(size)", images)
        #expect((error < 1e-4) == (its == rule), "\(rule) against \(golden): \(error)")
      }
    }
  }

  @Test func activationsMatter() throws {
    let size = ImageSize(height: 32, width: 32)
    let network = try SmallNetworks.network(#require(SmallNetworks.all["clip"]))
    #expect(try error(network, "open_clip_32x32", SmallNetworks.images(size)) > 1e-3)
  }

  /// A published network of CIFAR, whose shortcuts are padded, gives what the program that trained it did.
  @Test(.enabled(if: RealData.url("teachers/resnet_cifar10/resnet56.pth") != nil))
  func aTrainedNetworkIsItsPublishers() throws {
    let file = try WeightFile(contentsOf: #require(RealData.url("teachers/resnet_cifar10/resnet56.pth")))
    let entry = try NetworkCatalogue.standard.entry(named: "cifar-resnet56")
    let network = try entry.architecture.backbone(seed: nil)
    for item in network.state {
      let theirs = item.name.replacing("fc.", with: "linear.")
      try item.tensor.assign(#require(file.tensors[theirs], "\(theirs)").floats())
    }
    let batch = try Fixture.images("images/rgb32")
    let images = try Tensor(
      images: batch.bytesInColor("rgb32"), count: batch.count, shape: batch.shape, mean: entry.preprocessing.mean,
      deviation: entry.preprocessing.deviation, channelsLast: true)
    let features = try Torch.withoutGradients { () throws(MVError) in
      try network.output(.features, of: images, .evaluation).values()
    }
    let expected = try Fixture.floats("teacher/resnet56-rgb32")
    #expect(largestDifference(features, expected) < 1e-4 * (expected.map(abs).max() ?? 0))
  }

  // MARK: Gradients

  /// Sets off the gradients of the sum of squares of an output.
  func gradients(
    _ name: String, _ output: NetworkOutput, _ size: ImageSize
  ) throws -> [String: [Float]] {
    let network = try SmallNetworks.network(#require(SmallNetworks.all[name]))
    let value = try network.output(output, of: SmallNetworks.images(size), .evaluation)
    try value.multiplied(by: value).sum().backward()
    var gradients: [String: [Float]] = [:]
    for item in network.state {
      if let gradient = try item.tensor.gradient() { gradients[item.name] = try gradient.values() }
    }
    return gradients
  }

  @Test(arguments: [
    (
      "vit", NetworkOutput.features, "48x32",
      [
        "cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.0.mlp.fc1.bias",
        "blocks.1.norm1.weight", "blocks.1.attn.proj.weight", "norm.bias",
      ]
    ),
    (
      "modified_resnet", .projection, "64x64",
      [
        "attnpool.positional_embedding", "attnpool.q_proj.weight", "attnpool.k_proj.weight", "attnpool.v_proj.bias",
        "conv1.weight",
      ]
    ),
  ])
  func gradientsAreThoseOfPyTorch(
    _ name: String, _ output: NetworkOutput, _ size: String, _ tensors: [String]
  ) throws {
    let own = try gradients(name, output, ImageSize(parsing: size))
    let expected = try Fixture.floats("networks/\(name)_gradients")
    var first = 0
    for tensor in tensors {
      let values = try #require(own[tensor]).prefix(2000)
      let theirs = Array(expected[first..<first + values.count])
      first += values.count
      let error = largestDifference(Array(values), theirs) / (theirs.map(abs).max() ?? 0)
      #expect(error < 1e-3, "\(tensor): \(error)")
    }
    #expect(first == expected.count)
  }

  /// Classes, registers, layer scale, gates, a projection and interpolated positions have gradients as well.
  @Test(arguments: ["dinov2_timm", "deit", "clip", "vit_average", "resnet20_padded"])
  func gradientsAreThoseOfFiniteDifferences(_ name: String) throws {
    let size = ImageSize(height: 48, width: 32)
    let network = try SmallNetworks.network(#require(SmallNetworks.all[name]))
    let images = try SmallNetworks.images(size)
    let output =
      network.outputs.contains(.logits) ? NetworkOutput.logits : network.outputs[min(1, network.outputs.count)]
    func loss() throws(MVError) -> Tensor {
      let value = try network.output(output, of: images, .evaluation)
      return try value.multiplied(by: value).mean()
    }
    try loss().backward()
    for item in network.state where item.isParameter {
      guard let gradient = try item.tensor.gradient()?.values() else {
        // Patches and class tokens of the last block that an output does not see.
        continue
      }
      // Along the gradient itself the change is largest, so that rounding matters least.
      let length = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 1e-4 else { continue }
      let values = try item.tensor.values()
      let step = 2e-3 * max(1, Double(values.count).squareRoot() * 0.05)
      func moved(_ sign: Double) throws -> Double {
        try item.tensor.assign(zip(values, gradient).map { $0 + Float(sign * step * Double($1) / length) })
        return Double(try Torch.withoutGradients { () throws(MVError) in try loss().scalar() })
      }
      let slope = (try moved(1) - moved(-1)) / (2 * step)
      try item.tensor.assign(values)
      #expect(abs(slope - length) < 0.02 * length + 1e-3, "\(item.name): \(slope) and \(length)")
    }
  }
}
