internal import MVCore
internal import MVImaging
internal import MVNetworks

/// An encoder in training, one step at a time: both views through the encoder, the loss, its gradient, the update.
final class Learner {
  let settings: TrainingSettings
  let data: TrainingData
  /// The order that gives the images of each step.
  let order: EpochOrder
  let encoder: Encoder
  /// The moving averages of the encoder's weights and running statistics; nil where none are kept.
  let averaged: Encoder?
  let optimizer: Optimizer
  let statistics: ImageStatistics
  /// The classifier beside the encoder; nil where none is asked for.
  let onlineHead: OnlineHead?
  /// The processes that train the same network; nil for this one alone.
  let group: ProcessGroup?
  /// What adds up the gradients of all ranks; nil for one process.
  let exchange: GradientExchange?
  /// The factor on the loss; nil but for products of float16.
  var lossScale: LossScale?
  /// The images of a batch that this process takes.
  private let count: Int
  private let loss: TrainingLoss
  private let views: ViewPlan

  /// Prepares the encoder with its first weights; throws where settings, data and representations do not go together.
  ///
  /// Each rank of `group` takes its own part of every batch.
  init(_ settings: TrainingSettings, data: TrainingData, group: ProcessGroup? = nil) throws(MVError) {
    try settings.check()
    self.group = group
    count = try settings.batchSize(of: group?.ranks)
    try Torch.use(
      settings.device, localRank: group?.ranks.localRank ?? 0, deterministic: settings.isDeterministic)
    let data = try Learner.prepare(data, for: settings)
    let stepImages = settings.batchSize * settings.accumulate
    guard data.count >= stepImages else {
      let accumulate = settings.accumulate == 1 ? "" : ", accumulate=\(settings.accumulate)"
      throw .usage(
        "setting batch_size=\(settings.batchSize)\(accumulate)",
        "takes \(stepImages) images a step, \(data.name) has \(data.count)", remedy: "make it smaller")
    }
    guard !data.pictures.isPlainOnly || settings.keptViews == .plain else {
      throw .usage(
        "setting views_from=photograph", "wants the photographs, and the plain images alone were kept",
        remedy: "make the data for it")
    }
    guard settings.estimator == .biased || settings.batchSize >= 4 else {
      throw .usage(
        "setting estimator=unbiased", "needs a batch_size of at least 4", remedy: "make the batch larger")
    }
    try Torch.setThreads(settings.threads == 0 ? group?.threads ?? 0 : settings.threads)
    let seed = UInt64(settings.seed)
    order = EpochOrder(count: data.count, batchSize: stepImages, seed: seed)
    encoder = try settings.untrainedEncoder()
    exchange = try group.map { [encoder] (group) throws(MVError) in
      try GradientExchange(of: encoder.parameters.map(\.tensor), over: group)
    }
    let size = ImageSize(height: data.shape.height, width: data.shape.width)
    try encoder.backbone.check(size)
    views = ViewPlan(settings, size: size)
    if let locals = views.locals { try settings.check(locals.size, within: size, of: encoder) }
    averaged = try settings.averaging > 0 ? settings.emptyEncoder() : nil
    optimizer = try Optimizer(
      settings.optimizer, parameters: encoder.parameters, weightDecay: settings.weightDecay,
      decaysVectors: settings.decaysVectors)
    onlineHead = try settings.onlineHead ? Self.onlineHead(for: data, encoder, settings) : nil
    var loss = settings.trainingLoss
    loss.multiView.group = settings.dependenceScope == .global ? group : nil
    self.loss = loss
    lossScale = LossScale(for: settings.products)
    statistics = settings.statistics(for: data.shape)
    self.settings = settings
    self.data = data
    try restartAverages()
  }

  /// The encoder to evaluate: the averages where there are such, else that in training.
  var evaluated: Encoder { averaged ?? encoder }

  /// Sets the averages to the weights as they are.
  func restartAverages() throws(MVError) {
    guard let averaged else { return }
    try averaged.state.map(\.tensor).move(toward: encoder.state.map(\.tensor), by: 1)
  }

  /// What a checkpoint says of this training after `step` steps, apart from the sums of an unfinished epoch.
  func place(after step: Int) -> Checkpoint.Place {
    Checkpoint.Place(
      step: step, stepsPerEpoch: order.stepsPerEpoch, partialLoss: nil, bestScore: nil, images: data.count,
      imageShape: data.shape, representations: data.targets.map(\.name), teachers: data.teacherFingerprints)
  }

  /// The batches of `steps`, prepared ahead on other threads.
  func batches(of steps: Range<Int>) -> OrderedProducer<PreparedBatch> {
    let (data, views, order, settings, count) = (data, views, order, settings, count)
    let (rank, gathers) = (group?.ranks.rank ?? 0, gathering != nil)
    let workers = settings.preparingThreads(of: group?.threads ?? Parallel.processorCount)
    let size = ImageSize(height: data.shape.height, width: data.shape.width)
    let released = settings.releasedAugment ? ReleasedAugmentation(size: size, statistics: statistics) : nil
    let parts = settings.accumulate
    let needsPlain = views.second == nil || data.targets.contains(where: \.isOfPlainImages) || released != nil
    let batches = steps.lowerBound * parts..<steps.upperBound * parts
    return OrderedProducer(batches, ahead: PreparedBatch.ahead) { batch throws(MVError) in
      let (step, part) = batch.quotientAndRemainder(dividingBy: parts)
      let whole = Array(order.indices(at: step)[part * settings.batchSize..<(part + 1) * settings.batchSize])
      let own = Array(whole[rank * count..<(rank + 1) * count])
      return try PreparedBatch(
        of: data, at: own, rowsAt: gathers ? whole : own, labelsAt: whole, epoch: step / order.stepsPerEpoch,
        batch: batch, seed: UInt64(settings.seed), views: views, plain: needsPlain, released: released,
        workers: workers)
    }
  }

  /// Makes one step: averages the gradients of its batches and updates the weights.
  ///
  /// If a term of the loss is not finite, the returned terms contain it and the weights are left unchanged. Throws
  /// where libtorch fails or a batch cannot be prepared.
  func update(
    learningRate: Double, from producer: OrderedProducer<PreparedBatch>, clock: inout StepClock
  ) throws(MVError) -> LossTerms {
    func next() throws(MVError) -> PreparedBatch {
      let since = ContinuousClock.now
      defer { clock.waited(ContinuousClock.now - since) }
      return try producer.next()
    }
    var terms = try gradients(of: next(), isLast: settings.accumulate == 1, clock: &clock)
    for part in 1..<settings.accumulate where terms.firstNotFinite == nil {
      terms.add(try gradients(of: next(), isLast: part + 1 == settings.accumulate, clock: &clock))
    }
    guard terms.firstNotFinite == nil else { return terms }
    try shareGradients()
    let parameters = encoder.parameters.map(\.tensor)
    if settings.accumulate > 1 {
      try parameters.scaleGradients(by: 1 / Double(settings.accumulate))
      terms = terms.divided(by: Double(settings.accumulate))
    }
    // Of all ranks' gradients, so that all ranks leave the same steps out.
    let isFinite = try lossScale?.takeOut(of: parameters) ?? true
    if settings.clip > 0, isFinite {
      let factor = settings.clip / (try parameters.gradientNorm() + 1e-6)
      if factor < 1 { try parameters.scaleGradients(by: factor) }
    }
    try clock.networking { () throws(MVError) in
      if isFinite { try optimizer.step(learningRate: learningRate) } else { try parameters.clearGradients() }
      try onlineHead?.step(batches: settings.accumulate)
      if let averaged, isFinite {
        try averaged.state.map(\.tensor).move(toward: encoder.state.map(\.tensor), by: 1 - settings.averaging)
      }
    }
    return terms
  }

  /// Passes both views of a batch through the encoder and adds the gradient of the loss, if it is finite.
  ///
  /// Gradients of the last batch of a step are sent to the other ranks as they come.
  private func gradients(
    of batch: PreparedBatch, isLast: Bool, clock: inout StepClock
  ) throws(MVError) -> LossTerms {
    // The random view goes first, as released: batch normalization's running statistics depend on the order.
    let views = try tensor(of: batch.augmented + (batch.pairedView ?? batch.plain), count: 2 * count)
    let (first, second) = (try views.rows(0..<count), try views.rows(count..<2 * count))
    let plain = batch.pairedView == nil ? second : nil
    // A teacher's own memory would come on top of the network's, so with a teacher the representations are computed
    // first. Without one they are computed after the encoder's forward pass: by then the next batch is ready, and its
    // thread no longer uses the cores.
    let early = hasTeacher ? try representations(of: batch, plain: plain) : nil
    var secondFeatures: Tensor?
    let embeddings = try clock.networking { () throws(MVError) in
      try Torch.withProducts(of: settings.products) { () throws(MVError) in
        guard encoder.joinsViews else {
          let (own, other) = (try embed(first), try embed(second))
          if onlineHead != nil { secondFeatures = other.features }
          return ViewEmbeddings(
            first: try gathered(own.embedding), second: try gathered(other.embedding), locals: try locals(of: batch))
        }
        let both = try embed(views, .training(views: 2, over: normalizing))
        if onlineHead != nil { secondFeatures = try both.features.rows(count..<2 * count) }
        return ViewEmbeddings(
          first: try gathered(both.embedding.rows(0..<count)),
          second: try gathered(both.embedding.rows(count..<2 * count)),
          locals: try locals(of: batch))
      }
    }
    let representations = if let early { early } else { try representations(of: batch, plain: plain) }
    let (value, own) = try loss(embeddings, representations: representations)
    let terms = try agreed(own)
    guard terms.firstNotFinite == nil else { return terms }
    // The loss already has its own gradient; what remains is the encoder's backward pass.
    if isLast { try exchange?.begin() }
    try clock.networking { () throws(MVError) in
      if let factor = lossScale?.factor { try value.scaled(by: factor).backward() } else { try value.backward() }
      if let onlineHead, let secondFeatures {
        // Every rank learns of the whole batch: the mean is over the images that have a class.
        let features = try Torch.withoutGradients { () throws(MVError) in
          try group?.allRows(secondFeatures) ?? secondFeatures
        }
        _ = try onlineHead.gather(features, classes: batch.labels)
      }
    }
    return terms
  }

  /// The embeddings of the small crops of a batch, one tensor for each crop of every image.
  private func locals(of batch: PreparedBatch) throws(MVError) -> [Tensor] {
    guard let locals = views.locals else { return [] }
    let shape = ImageShape(height: locals.size.height, width: locals.size.width, channels: data.shape.channels)
    let images = try tensor(of: batch.locals, count: locals.count * count, shape)
    let embeddings = try embed(images, .training(views: locals.count, over: normalizing)).embedding
    return try (0..<locals.count).map { (crop) throws(MVError) in
      try gathered(embeddings.rows(crop * count..<(crop + 1) * count))
    }
  }

  /// The representations of a batch; `plain` is its plain images, where they are at hand.
  private func representations(
    of batch: PreparedBatch, plain: Tensor?
  ) throws(MVError) -> [MultiViewLoss.Representation] {
    var representations: [MultiViewLoss.Representation] = []
    for (target, rows) in zip(data.targets, batch.rows) {
      let distances: CenteredDistances
      switch target.origin {
      case .pixels:
        let plain = if let plain { plain } else { try tensor(of: batch.plain, count: count) }
        distances = try self.distances(of: plain, target)
      case .augmented:
        if let view = batch.releasedView {
          distances = try self.distances(of: view, target, isWhole: false)
        } else {
          distances = try self.distances(of: tensor(of: batch.secondView ?? batch.augmented, count: count), target)
        }
      case .teacher(let teacher):
        distances = try self.distances(
          of: teacher.rows(of: batch.plain, shape: data.shape, threads: Torch.threads), target)
      case .stored:
        guard let rows else { throw .internalFault("representation \(target.name)", "was not prepared") }
        distances = try self.distances(of: rows, target, isWhole: true)
      }
      representations.append(
        MultiViewLoss.Representation(
          name: target.name, weight: settings.weight(of: target.name), distances: distances))
    }
    return representations
  }

  /// The distances of what this process has computed for its images, or of that of all ranks.
  private func distances(of rows: Tensor, _ target: TrainingTarget) throws(MVError) -> CenteredDistances {
    try CenteredDistances(of: gathered(rows), scale: target.scale, estimator: settings.estimator, over: gathering)
  }

  /// The same of rows in memory, which are those of the `isWhole` batch already, or of this process's images.
  private func distances(
    of rows: Matrix, _ target: TrainingTarget, isWhole: Bool
  ) throws(MVError) -> CenteredDistances {
    guard isWhole || gathering == nil else { return try distances(of: Tensor(rows), target) }
    return try CenteredDistances(of: rows, scale: target.scale, estimator: settings.estimator, over: gathering)
  }

  private var hasTeacher: Bool {
    data.targets.contains { if case .teacher = $0.origin { true } else { false } }
  }

  private func embed(
    _ images: Tensor, _ given: NetworkPass? = nil
  ) throws(MVError) -> (features: Tensor, embedding: Tensor) {
    let pass = given ?? .training(over: normalizing)
    let features = try encoder.features(of: images, pass)
    let embedding = try encoder.embedding(of: features, pass)
    return (features, settings.normalizeZ ? try embedding.normalizedRows() : embedding)
  }

  private func tensor(of pixels: [UInt8], count: Int, _ shape: ImageShape? = nil) throws(MVError) -> Tensor {
    try Tensor(
      images: pixels, count: count, shape: shape ?? data.shape, mean: statistics.mean,
      deviation: statistics.deviation, channelsLast: settings.channelsLast)
  }
}
