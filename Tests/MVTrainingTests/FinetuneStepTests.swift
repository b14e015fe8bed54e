import MVCore
import MVEvaluation
import MVImaging
import MVNetworks
import TestSupport
import Testing

@testable import MVTraining

/// Steps of fine-tuning and of the classifier beside an encoder are those of PyTorch.
@Suite struct FinetuneStepTests {
  private static let labels = (0..<18).map { Int64($0 % 4) }

  private func network() throws -> TunedNetwork {
    let settings = TrainingSettings()
    let architecture = try #require(ResidualConfiguration.cifarResNet(depth: 8, widths: [8, 12, 16]))
    // In libtorch's own layers: steps are compared here, and the layers of blocks elsewhere.
    let backbone = try Encoder(.residual(architecture), channelsLast: false).backbone
    let network = TunedNetwork(
      backbone: backbone, classifier: try Classifier(features: 16, classes: 4, seed: 0), kept: [], statistics: .cifar,
      settings: settings,
      place: Checkpoint.Place(
        step: 0, stepsPerEpoch: 1, partialLoss: nil, bestScore: nil, images: 18,
        imageShape: ImageShape(height: 32, width: 32, channels: 3), representations: [], teachers: nil))
    try fill(network.state)
    return network
  }

  private func error(_ own: [Float], _ fixture: String) throws -> Float {
    let expected = try Fixture.floats("finetune/\(fixture)")
    return largestDifference(own, expected) / max(1e-6, expected.map(abs).max() ?? 0)
  }

  private func joined(_ classifier: Classifier) throws -> [Float] {
    let (weights, bias) = (try classifier.state[0].tensor.values(), try classifier.state[1].tensor.values())
    return (0..<4).flatMap { weights[$0 * 16..<($0 + 1) * 16] + [bias[$0]] }
  }

  @Test(arguments: ["whole", "nesterov", "adam", "head"]) func fiveStepsAreThoseOfPyTorch(_ name: String) throws {
    let network = try network()
    var settings = FinetuneSettings()
    settings.precision = .float32
    settings.headOnly = name == "head"
    let isDescent = name == "whole" || name == "nesterov"
    settings.optimizer = isDescent ? (name == "whole" ? .sgd : .nesterov) : .adam
    settings.weightDecay = isDescent ? 1e-3 : 0
    settings.heldOut = 0
    let source = MemorySource([("train", Self.labels)])
    let data = try FinetuneData(
      of: source, splits: try EvaluationSplits(of: [.init("train", .single(Self.labels))], place: "memory"),
      labels: .all, heldOut: 0, seed: 0)
    let learner = try FinetuneLearner(settings, network: network, data: data)
    let images = try EncoderTests.images(channelsLast: false)
    let rates = isDescent ? (0.01, 0.1) : (1e-3, 1e-2)
    let losses = try (0..<5).map { step in
      Float(try learner.update(images, Self.labels, rates: rates, name: "step \(step)").loss)
    }
    #expect(try error(losses, "\(name)_losses") < 1e-4)
    #expect(losses[4] < losses[0])
    #expect(try error(joined(network.classifier), "\(name)_fc") < 1e-4)
    #expect(try error(network.backboneState[3].tensor.values(), "\(name)_mean") < 1e-4)
    let convolution = try network.backboneState[0].tensor.values()
    if name == "adam" {
      // Adam moves a weight whose gradient is mere rounding by a full step either way: compare the mean.
      let expected = try Fixture.floats("finetune/adam_conv1")
      let off = zip(convolution, expected).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(expected.count)
      #expect(off < 1e-4, "\(off)")
    } else {
      let off = try error(convolution, "\(name)_conv1")
      #expect(off < 1e-4, "\(off)")
    }
    if name == "head" {
      let fresh = try self.network()
      for (own, first) in zip(network.backboneState, fresh.backboneState) {
        #expect(try own.tensor.values() == first.tensor.values(), "\(own.name) moved")
      }
    }
  }

  @Test func aStepOfTheOnlineHeadIsThatOfPyTorch() throws {
    let network = try network()
    let head = try OnlineHead(classes: 4, features: 16, rate: 1e-2, seed: 0)
    for (own, value) in zip(head.state.filter(\.isParameter), network.headState) {
      try own.tensor.assign(value.tensor.values())
    }
    let features = try network.backbone.forward(EncoderTests.images(channelsLast: true), .training())
    let loss = try head.gather(features, classes: Self.labels)
    try head.step(batches: 1)
    #expect(abs(try Float(#require(loss)) / Fixture.floats("finetune/online_loss")[0] - 1) < 1e-4)
    #expect(try error(joined(head.classifier), "online_fc") < 1e-4)
    for item in network.backboneState where item.isParameter {
      #expect(try item.tensor.gradient() == nil, "the head's gradient reaches \(item.name)")
    }
    // Rows without a class teach nothing.
    let before = try joined(head.classifier)
    #expect(try head.gather(features, classes: [Int64](repeating: -1, count: 18)) == nil)
    try head.step(batches: 1)
    #expect(try joined(head.classifier) == before)
  }
}
