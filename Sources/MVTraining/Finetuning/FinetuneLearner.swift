internal import Foundation
internal import MVCore
internal import MVImaging
internal import MVNetworks
internal import MVWeights

/// A network in fine-tuning, one step at a time.
final class FinetuneLearner {
  /// What a step came to.
  struct Step {
    let loss: Double
    /// Images of the batch that scored their own class highest before the step.
    let hits: Int
    let images: Int
  }

  let settings: FinetuneSettings
  let data: FinetuneData
  let network: TunedNetwork
  let order: EpochOrder
  private let head: Optimizer
  private let backbone: Optimizer?
  private let policy: AugmentationPolicy
  /// The factor on the loss; nil but for products of float16.
  var lossScale: LossScale?

  init(_ settings: FinetuneSettings, network: TunedNetwork, data: FinetuneData) throws(MVError) {
    self.settings = settings
    self.data = data
    self.network = network
    lossScale = LossScale(for: settings.products)
    guard data.count > 1 else {
      throw .badData("labels", "leave \(data.count) image to learn from", remedy: "give more labels")
    }
    order = EpochOrder(
      count: data.count, batchSize: min(settings.batchSize, data.count), seed: UInt64(settings.seed))
    head = try Optimizer(
      settings.optimizer, parameters: network.headState, weightDecay: settings.weightDecay,
      decaysVectors: settings.decaysVectors)
    backbone =
      settings.headOnly
      ? nil
      : try Optimizer(
        settings.optimizer, parameters: network.backboneState.filter(\.isParameter),
        weightDecay: settings.weightDecay, decaysVectors: settings.decaysVectors)
    policy = AugmentationPolicy(
      settings.policy, size: ImageSize(height: data.images.shape.height, width: data.images.shape.width))
  }

  /// The moments of both optimizers.
  var optimizerState: [NamedTensor] { (backbone?.state ?? []) + head.state }

  /// Continues with the tensors of a checkpoint after `steps` steps; throws where they do not fit.
  func load(_ found: Checkpoint, steps: Int) throws(MVError) {
    let (values, path) = (found.file.tensors, found.url.path)
    try network.state.load(values, from: path)
    try backbone?.load(values, steps: steps, from: path)
    try head.load(values, steps: steps, from: path)
  }

  /// The batches of `steps`, prepared ahead on another thread.
  func batches(of steps: Range<Int>) -> OrderedProducer<PreparedBatch> {
    let (data, policy, order, settings) = (data, policy, order, settings)
    return OrderedProducer(steps, ahead: PreparedBatch.ahead) { step throws(MVError) in
      try PreparedBatch(
        of: data.images, at: order.indices(at: step).map { data.learnt[$0] }, epoch: step / order.stepsPerEpoch,
        batch: step, seed: UInt64(settings.seed), views: ViewPlan(policy, from: settings.viewsFrom), plain: false,
        workers: settings.preparingThreads)
    }
  }

  /// The learning rates of a step: the network's, which is 0 where the head alone is trained, and the classifier's.
  func rates(at step: Int) -> (backbone: Double, head: Double) {
    let steps = order.stepsPerEpoch
    return (
      settings.headOnly ? 0 : settings.rate(at: step, stepsPerEpoch: steps, highest: settings.lr),
      settings.rate(at: step, stepsPerEpoch: steps, highest: settings.headLR)
    )
  }

  /// Makes one step; throws, leaving the weights as they are, where the loss is not finite.
  func update(_ batch: PreparedBatch, at step: Int) throws(MVError) -> Step {
    let classes = batch.labels
    let images = try network.tensor(of: batch.augmented, count: classes.count, shape: data.images.shape)
    return try update(images, classes, rates: rates(at: step), name: "step \(step + 1)")
  }

  /// Makes one step on normalized images.
  func update(
    _ images: Tensor, _ classes: [Int64], rates: (backbone: Double, head: Double), name: String
  ) throws(MVError) -> Step {
    let (scores, loss) = try Torch.withProducts(of: settings.products) { () throws(MVError) in
      let scores = try network.scores(of: images, training: true, headOnly: settings.headOnly)
      return (scores, try scores.crossEntropy(classes))
    }
    let value = Double(try loss.scalar())
    guard value.isFinite else {
      throw .badData("loss", "is not finite at \(name)", remedy: "lower lr and head_lr, or set clip")
    }
    let hits = try Self.hits(scores, classes)
    let parameters = network.state.filter(\.isParameter).filter { !$0.name.hasPrefix("projector.") }.map(\.tensor)
    let trained = settings.headOnly ? network.headState.map(\.tensor) : parameters
    if let factor = lossScale?.factor { try loss.scaled(by: factor).backward() } else { try loss.backward() }
    guard try lossScale?.takeOut(of: trained) ?? true else {
      try trained.clearGradients()
      return Step(loss: value, hits: hits, images: classes.count)
    }
    if settings.clip > 0 {
      let factor = settings.clip / (try trained.gradientNorm() + 1e-6)
      if factor < 1 { try trained.scaleGradients(by: factor) }
    }
    try backbone?.step(learningRate: rates.backbone)
    try head.step(learningRate: rates.head)
    return Step(loss: value, hits: hits, images: classes.count)
  }

  /// The images of `rows` that score their own class highest, and the mean loss, without augmentation.
  func scoresHeldOut() throws(MVError) -> (top1: Double, loss: Double)? {
    guard !data.heldOut.isEmpty else { return nil }
    var hits = 0
    var loss = 0.0
    for start in stride(from: 0, to: data.heldOut.count, by: 256) {
      let rows = Array(data.heldOut[start..<min(start + 256, data.heldOut.count)])
      let batch = try data.images.images(rows)
      let classes = rows.map { data.images.labels[$0] }
      let scores = try self.scores(of: try batch.bytesInColor(data.images.name), count: rows.count)
      hits += try Self.hits(scores, classes)
      loss += Double(try scores.crossEntropy(classes).scalar()) * Double(rows.count)
    }
    return (Double(hits) / Double(data.heldOut.count), loss / Double(data.heldOut.count))
  }

  /// The scores of plain images, without a graph.
  func scores(of pixels: [UInt8], count: Int) throws(MVError) -> Tensor {
    try Torch.withoutGradients { () throws(MVError) in
      let images = try network.tensor(of: pixels, count: count, shape: data.images.shape)
      return try network.scores(of: images, training: false, headOnly: true)
    }
  }

  private static func hits(_ scores: Tensor, _ classes: [Int64]) throws(MVError) -> Int {
    let values = try scores.float32().matrix()
    return classes.indices.count { row in
      let own = values.values[row * values.columns..<(row + 1) * values.columns]
      guard let highest = own.max(), let first = own.firstIndex(of: highest) else { return false }
      return Int64(first - own.startIndex) == classes[row]
    }
  }
}
