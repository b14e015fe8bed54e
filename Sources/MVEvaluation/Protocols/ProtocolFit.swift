internal import MVCore
internal import MVStore

/// One fit by a protocol: comparing rates, and training the chosen one on all rows.
struct ProtocolFit {
  let settings: ProtocolProbe
  let data: ProbeData
  let classes: [Int64]
  private let test: ProbeData?
  private let trainLabels: [Int64]
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  init(_ settings: ProtocolProbe, train: LabeledFeatures, test: LabeledFeatures?) throws(MVError) {
    start = clock.now
    self.settings = settings
    let labels = try train.classes()
    let rows = train.rows.filter { labels[$0] >= 0 }
    trainLabels = rows.map { labels[$0] }
    classes = try ProbeFit.classes(of: trainLabels, in: train)
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, Int32(0)...))
    let data = try ProbeData(
      reader: RowReader(train, rows: rows), labels: trainLabels.map { numbers[$0]! },
      standardize: settings.settings.standardizes, plain: !settings.settings.standardizes, threads: settings.threads)
    self.data = data
    guard let test else {
      self.test = nil
      return
    }
    try train.requireSameWidths(as: test)
    let testLabels = try test.classes()
    let testRows = test.rows.filter { testLabels[$0] >= 0 }
    guard !testRows.isEmpty else {
      throw .badData("labels of \(test.name)", "are all missing", remedy: "choose a labelled split")
    }
    self.test = try ProbeData(
      reader: RowReader(test, rows: testRows), labels: testRows.map { numbers[testLabels[$0]] ?? -1 }, scaledLike: data)
  }

  func run(progress: (@Sendable (RunProgress) -> Void)?) throws(MVError) -> FittedProtocolProbe {
    let recipe = settings.settings
    let all = Array(0..<data.rows)
    let rates = settings.learningRates
    let selects = rates.count > 1 || recipe.selectsEpoch
    var (kept, heldOut) = (all, [Int]())
    if selects, test == nil {
      let split = try HoldOut(labels: trainLabels, .fraction(settings.heldOut), seed: settings.seed)
      (kept, heldOut) = (all.filter { split.fold[$0] < 0 }, all.filter { split.fold[$0] == 0 })
    }
    let refits = !heldOut.isEmpty
    let compared = refits ? recipe.epochs * kept.count : 0
    let total = compared + recipe.epochs * data.rows
    func report(_ done: Int) {
      progress?(RunProgress(done: done, total: total, seconds: (clock.now - start).seconds))
    }
    func train(
      _ rates: [Double], on rows: [Int], epochs: Int, from done: Int, after: (Int, HeadTraining) -> Void
    ) -> (HeadTraining, [[Double]]) {
      let heads = HeadTraining(
        settings: recipe, data: data, classes: classes.count, rates: rates.map(recipe.scaled), seed: settings.seed)
      var losses: [[Double]] = []
      SerialBLAS.run {
        for epoch in 0..<epochs {
          losses.append(heads.runEpoch(epoch, order: order(of: rows, epoch: epoch)))
          after(epoch, heads)
          report(done + (epoch + 1) * rows.count)
        }
      }
      return (heads, losses)
    }

    var best = rates.map { _ in (hits: -1, epoch: recipe.epochs) }
    var snapshot: [(weights: [Float], biases: [Float])?] = rates.map { _ in nil }
    let selectionRows = test.map { Array(0..<$0.rows) } ?? heldOut
    func select(_ epoch: Int, _ heads: HeadTraining) {
      guard selects, recipe.selectsEpoch || epoch == recipe.epochs - 1 else { return }
      let hits = heads.hits(selectionRows, of: test ?? data)
      for head in rates.indices where hits[head] > best[head].hits && heads.isFinite(head: head) {
        best[head] = (hits[head], epoch + 1)
        if !refits { snapshot[head] = heads.head(head) }
      }
    }
    var (heads, losses) = train(rates, on: kept, epochs: recipe.epochs, from: 0, after: select)
    let diverged = rates.indices.map { head in
      !heads.isFinite(head: head) || !losses.allSatisfy { $0[head].isFinite }
    }
    let sound = rates.indices.filter { !diverged[$0] }
    // The first of the best: rates ascend.
    guard let chosen = sound.max(by: { (best[$0].hits, -$0) < (best[$1].hits, -$1) }) else {
      throw .badData(
        "protocol \(recipe.name)", "diverges at every learning rate",
        remedy: "give smaller rates, or normalised features")
    }
    let candidates = rates.indices.map { head in
      FittedProtocolProbe.Candidate(
        learningRate: rates[head], scaledRate: recipe.scaled(rates[head]),
        selectionTop1: selects && !diverged[head] ? Double(best[head].hits) / Double(selectionRows.count) : nil,
        epoch: selects && !diverged[head] ? best[head].epoch : nil, diverged: diverged[head])
    }
    let epochs = best[chosen].epoch
    let final: (weights: [Float], biases: [Float])
    if refits {
      (heads, losses) = train([rates[chosen]], on: all, epochs: epochs, from: compared) { _, _ in }
      final = heads.head(0)
      losses = losses.map { [$0[0]] }
    } else {
      final = snapshot[chosen] ?? heads.head(chosen)
      losses = losses.prefix(epochs).map { [$0[chosen]] }
    }
    report(total)
    return FittedProtocolProbe(
      settings: recipe, probe: try fitted(final, epochs: epochs), learningRate: rates[chosen], epochs: epochs,
      candidates: candidates,
      losses: losses.map { $0[0] }, selection: selects ? (test == nil ? "train" : "test") : "none",
      seconds: (clock.now - start).seconds)
  }

  private func order(of rows: [Int], epoch: Int) -> [Int] {
    guard settings.settings.shuffles else { return rows }
    var generator = SeededGenerator(seed: settings.seed, keys: 0x6F72_6472, UInt64(epoch))
    return generator.permutation(of: rows.count).map { rows[$0] }
  }

  /// The classifier for features as they are, with the loss and gradient over all of train.
  private func fitted(_ head: (weights: [Float], biases: [Float]), epochs: Int) throws(MVError) -> FittedProbe {
    let objective = ProbeObjective(data: data, classes: classes.count, ranges: [0..<data.rows])
    let point = WorkBuffer<Double>(objective.parameters, repeating: 0)
    for (index, value) in (head.weights + head.biases).enumerated() { point.pointer[index] = Double(value) }
    let gradient = WorkBuffer<Double>(objective.parameters, repeating: 0)
    let loss = SerialBLAS.run { objective.evaluate([UnsafePointer(point.pointer)], gradients: gradient)[0] }
    guard loss.isFinite else {
      throw .badData(
        "protocol \(settings.settings.name)", "diverged: the loss is not finite", remedy: "give a smaller learning rate"
      )
    }
    let decay = settings.settings.weightDecay
    var square = 0.0
    var norm = 0.0
    for index in 0..<objective.parameters {
      square += point.pointer[index] * point.pointer[index]
      let slope = gradient.pointer[index] + decay * point.pointer[index]
      norm += slope * slope
    }
    return FittedProbe(
      inputs: data.reader.representations.map { .init(name: $0.name, columns: $0.columns) }, classes: classes,
      weights: head.weights.enumerated().map { $1 * data.scale[$0 % data.columns] },
      bias: head.biases.map { Double($0) }, center: data.center, lambda: decay, candidates: [], trainLoss: loss,
      objective: loss + decay / 2 * square, gradientNorm: norm.squareRoot(), converged: false,
      iterations: epochs, trainRows: data.rows, standardized: settings.settings.standardizes,
      seed: settings.seed, seconds: (clock.now - start).seconds)
  }
}

extension HeadTraining {
  /// The weights and biases of one head.
  func head(_ head: Int) -> (weights: [Float], biases: [Float]) {
    let size = classes * data.columns
    return (
      Array(weights.slice(head * size..<(head + 1) * size)),
      Array(biases.slice(head * classes..<(head + 1) * classes))
    )
  }
}
