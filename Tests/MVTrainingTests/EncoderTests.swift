import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

@testable import MVTraining

@Suite struct EncoderTests {
  /// Fills the state by the formula of `Fixtures/Generators/encoder.py`.
  static func fill(_ state: [NamedTensor]) throws {
    for (place, item) in state.enumerated() {
      let shape = item.tensor.shape
      let fanIn = shape.dropFirst().reduce(1, *)
      let values = (0..<item.tensor.count).map { index -> Float in
        let unit = Double((index * 2_654_435_761 + place * 40503) % 65536) / 65536 - 0.5
        guard shape.count == 1 else { return Float(unit * 3 / Double(fanIn).squareRoot()) }
        return Float(unit * 0.2 + (item.name.hasSuffix("weight") || item.name.hasSuffix("running_var") ? 1 : 0))
      }
      try item.tensor.assign(values)
    }
  }

  static func images(channelsLast: Bool) throws -> Tensor {
    let batch = try Fixture.images("images/rgb32")
    guard case .uint8(let pixels) = batch.pixels else { throw MVError.badData("rgb32", "is not 8-bit") }
    return try Tensor(
      images: pixels, count: batch.count, shape: batch.shape, mean: ImageStatistics.cifar.mean,
      deviation: ImageStatistics.cifar.deviation, channelsLast: channelsLast)
  }

  static let architectures: [String: EncoderArchitecture?] = [
    "resnet18": .resNet(layers: 18, stem: .smallKernel, widths: [8, 12, 16, 24], projector: [20, 10]),
    "resnet34": .resNet(layers: 34, stem: .imagenet, widths: [4, 6, 8, 12], projector: [20, 10]),
    "resnet50": .resNet(layers: 50, stem: .cifar, widths: [4, 6, 8, 12], projector: [20, 10]),
    "resnet8": .cifarResNet(depth: 8, widths: [8, 12, 16], projector: [20, 10]),
    "resnet14x": .cifarResNet(depth: 14, widths: [8, 12, 16, 24], projector: [20, 10]),
  ]

  func close(_ own: [Float], _ fixture: String, _ tolerance: Float) throws -> Bool {
    let expected = try Fixture.floats("encoder/\(fixture)")
    let largest = max(1e-6, expected.map(abs).max() ?? 0)
    return largestDifference(own, expected) < tolerance * largest
  }

  @Test(arguments: ["resnet18", "resnet34", "resnet50", "resnet8", "resnet14x"], [false, true])
  func forwardBackwardAndAdamAreThoseOfPyTorch(_ name: String, _ channelsLast: Bool) throws {
    let architecture = try #require(Self.architectures[name].flatMap { $0 })
    let encoder = try Encoder(architecture, channelsLast: channelsLast)
    let names = try String(contentsOf: Fixture.url("encoder/\(name)_names.txt"), encoding: .utf8)
    #expect(encoder.state.map(\.name) == names.split(separator: "\n").map(String.init))
    try Self.fill(encoder.state)
    let images = try Self.images(channelsLast: channelsLast)
    let evaluated = try Torch.withoutGradients { () throws(MVError) in
      let features = try encoder.features(of: images)
      return try features.values() + encoder.embedding(of: features).values()
    }
    #expect(try close(evaluated, "\(name)_evaluated", 1e-4))

    let optimizer = try Optimizer(.adam, parameters: encoder.parameters, weightDecay: 1e-2)
    let convolution = encoder.state[0].tensor
    for step in 0..<2 {
      let features = try encoder.features(of: images, training: true)
      let embedding = try encoder.embedding(of: features, training: true)
      try embedding.multiplied(by: embedding).sum().scaled(by: 0.01).backward()
      if step == 0 {
        #expect(try close(features.values() + embedding.values(), "\(name)_trained", 2e-4))
        #expect(try close(#require(try convolution.gradient()).values(), "\(name)_gradient", 2e-3))
        #expect(try close(encoder.state[3].tensor.values(), "\(name)_mean", 1e-4))
      }
      try optimizer.step(learningRate: 1e-2)
    }
    // Adam moves a weight whose gradient is mere rounding by a full step either way: compare the mean, not the worst.
    let expected = try Fixture.floats("encoder/\(name)_stepped")
    let off = zip(try convolution.values(), expected).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(expected.count)
    #expect(off < 2e-4, "\(off)")
  }

  @Test func theFullNetworkIsTorchvisions() throws {
    let architecture = try #require(EncoderArchitecture.resNet(layers: 18, stem: .imagenet, projector: []))
    let encoder = try Encoder(architecture)
    let backbone = encoder.backbone.state
    let names = try String(contentsOf: Fixture.url("encoder/torchvision18_names.txt"), encoding: .utf8)
    #expect(backbone.map(\.name) == names.split(separator: "\n").map(String.init))
    try Self.fill(backbone)
    let images = try Self.images(channelsLast: true)
    let features = try Torch.withoutGradients { () throws(MVError) in try encoder.features(of: images).values() }
    #expect(try close(features, "torchvision18_evaluated", 1e-4))
  }

  @Test func startingWeightsFollowTheSeedAndTheRightSpread() throws {
    let architecture = try #require(Self.architectures["resnet18"].flatMap { $0 })
    func weights(_ seed: UInt64) throws -> [[Float]] {
      try Encoder(architecture, seed: seed).state.map { try $0.tensor.values() }
    }
    #expect(try weights(1) == weights(1))
    #expect(try weights(1) != weights(2))
    for item in try Encoder(architecture, seed: 3).parameters {
      let values = try item.tensor.values()
      let shape = item.tensor.shape
      if item.name.hasSuffix("bn2.weight") { #expect(values.allSatisfy { $0 == 0 }) }
      guard shape.count > 1 else { continue }
      let square = values.reduce(0) { $0 + Double($1 * $1) } / Double(values.count)
      // He's for convolutions; a third of 1 / fan-in, the variance of the uniform, for linear layers.
      let expected = shape.count == 4 ? 2 / Double(shape[0] * shape[2] * shape[3]) : 1 / Double(3 * shape[1])
      #expect(abs(square / expected - 1) < 0.35, "\(item.name)")
    }
  }

  @Test func shapesFollowTheSettings() throws {
    var settings = TrainingSettings()
    settings.encoder = .resnet8x4
    var architecture = try settings.architecture()
    #expect(architecture.stemWidth == 32 && architecture.widths == [64, 128, 256] && architecture.blocks == [1, 1, 1])
    #expect(architecture.featureCount == 256 && architecture.embeddingCount == 2048 && architecture.stem == .cifar)
    settings.encoder = .resnet50
    architecture = try settings.architecture()
    #expect(architecture.featureCount == 2048 && architecture.stem == .smallKernel)
    settings.encoder = .cifarResNet
    settings.depth = 20
    settings.widths = "16-32-64"
    settings.projector = ""
    architecture = try settings.architecture()
    #expect(architecture.blocks == [3, 3, 3] && architecture.stemWidth == 16 && architecture.embeddingCount == 64)
    settings.depth = 21
    #expect(throws: MVError.self) { try settings.architecture() }
    settings.depth = 20
    settings.widths = "16-32"
    #expect(throws: MVError.self) { try settings.architecture() }
    settings.encoder = .resnet18
    #expect(throws: MVError.self) { try settings.architecture() }
    settings.depth = 0
    #expect(throws: MVError.self) { try settings.architecture() }
  }
}
