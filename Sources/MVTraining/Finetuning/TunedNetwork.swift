internal import Foundation
internal import MVCore
internal import MVImaging
internal import MVNetworks

/// A network with a classifier on its features, and what a checkpoint of it carries along.
struct TunedNetwork {
  let backbone: any Backbone
  let classifier: Classifier
  /// Tensors that are kept as they are: the projector of an encoder trained here.
  let kept: [NamedTensor]
  /// What images are normalized by.
  let statistics: ImageStatistics
  /// The settings that the network is made by; what a checkpoint needs to make it again.
  let settings: TrainingSettings
  /// The place of the run that it comes from.
  let place: Checkpoint.Place

  /// The network's tensors, as an encoder calls them.
  var backboneState: [NamedTensor] { backbone.state.prefixed("backbone") }

  /// The classifier's tensors, as torchvision calls them.
  var headState: [NamedTensor] { classifier.state.prefixed("fc") }

  /// Every tensor.
  var state: [NamedTensor] { backboneState + kept + headState }

  /// The scores of normalized images, a row an image.
  func scores(of images: Tensor, training: Bool, headOnly: Bool) throws(MVError) -> Tensor {
    guard training, !headOnly else {
      // Without a graph: neither the statistics nor the weights of the network move.
      let features = try Torch.withoutGradients { () throws(MVError) in try backbone.forward(images, .evaluation) }
      return try classifier.forward(features, .evaluation)
    }
    return try classifier.forward(try backbone.forward(images, .training()), .training())
  }

  /// Images as the network takes them.
  func tensor(of pixels: [UInt8], count: Int, shape: ImageShape) throws(MVError) -> Tensor {
    try Tensor(
      images: pixels, count: count, shape: shape, mean: statistics.mean, deviation: statistics.deviation,
      channelsLast: settings.channelsLast)
  }
}

extension TunedNetwork {
  /// Takes a trained network, and a classifier of its own; throws where it cannot be trained, or does not fit.
  init(_ start: TrainedNetwork, classes: Int, _ finetune: FinetuneSettings) throws(MVError) {
    var settings = try start.settings()
    let encoder: Encoder
    let place: Checkpoint.Place
    switch start {
    case .checkpoint(let checkpoint):
      (settings, place) = (checkpoint.settings, checkpoint.place)
      // Images of another size must not change what they are normalized by.
      settings.normalization = settings.statistics(for: place.imageShape)
      encoder = try checkpoint.encoder()
    case .weights(let file):
      settings.projector = []
      encoder = try Encoder(settings.architecture(), seed: nil, channelsLast: settings.channelsLast)
      try encoder.begin(with: file)
      let size = file.preprocessing.framing.size
      place = Checkpoint.Place(of: ImageShape(height: size.height, width: size.width, channels: 3))
    case .script(let url): throw .internalFault(url.path, "was taken for weights")
    }
    let classifier = try Classifier(
      features: encoder.architecture.featureCount, classes: classes,
      start: Classifier.Start(rawValue: finetune.headStart.rawValue) ?? .uniform, seed: UInt64(finetune.seed))
    if finetune.headStart == .saved {
      guard case .checkpoint(let checkpoint) = start else {
        throw .usage(
          start.url.path, "is no checkpoint, of which a classifier is known",
          remedy: "leave --from-head and head_start=saved out")
      }
      try classifier.begin(with: checkpoint)
    }
    self.init(
      backbone: encoder.backbone, classifier: classifier,
      kept: encoder.state.filter { $0.name.hasPrefix("projector.") },
      statistics: settings.normalization ?? .imagenet, settings: settings, place: place)
  }
}

extension Checkpoint.Place {
  /// The place of a network that other programs trained.
  fileprivate init(of shape: ImageShape) {
    self.init(
      step: 0, stepsPerEpoch: 1, partialLoss: nil, bestScore: nil, images: 0, imageShape: shape, representations: [])
  }
}
