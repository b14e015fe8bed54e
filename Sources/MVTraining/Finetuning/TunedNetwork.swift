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
  /// Takes the network of a checkpoint, and a classifier of its own; throws where the checkpoint's does not fit.
  init(_ start: Checkpoint, classes: Int, _ finetune: FinetuneSettings) throws(MVError) {
    let encoder = try start.encoder()
    let statistics = start.settings.statistics(for: start.place.imageShape)
    var settings = start.settings
    // Images of another size must not change what they are normalized by.
    settings.normalization = statistics
    let classifier = try Classifier(
      features: encoder.architecture.featureCount, classes: classes,
      start: Classifier.Start(rawValue: finetune.headStart.rawValue) ?? .uniform, seed: UInt64(finetune.seed))
    if finetune.headStart == .saved { try classifier.begin(with: start) }
    self.init(
      backbone: encoder.backbone, classifier: classifier,
      kept: encoder.state.filter { $0.name.hasPrefix("projector.") }, statistics: statistics, settings: settings,
      place: start.place)
  }
}
