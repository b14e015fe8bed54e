internal import MVCore
internal import MVStore

/// One fit by a protocol: compares rates, and trains the chosen one on all rows.
struct ProtocolFit {
  let settings: ProtocolProbe
  let data: ProbeData
  let classes: [Int64]
  private let crops: [ProbeData]
  private let test: ProbeData?
  private let trainLabels: [Int64]
  private let run: EvaluationRun

  init(
    _ settings: ProtocolProbe, train: LabeledFeatures, crops: [LabeledFeatures], test: LabeledFeatures?,
    run: EvaluationRun
  ) throws(MVError) {
    self.settings = settings
    self.run = run
    let labels = try train.classes()
    let rows = train.rows.filter { labels[$0] >= 0 }
    trainLabels = rows.map { labels[$0] }
    let numbers = try ClassNumbers(of: trainLabels, in: train)
    classes = numbers.classes
    let own = trainLabels.map { numbers[$0] }
    // The crops share the memory that the rows alone may take.
    let memory = ProbeData.cacheBytes / (crops.count + 1)
    let data = try ProbeData(
      reader: RowReader(train, rows: rows), labels: own,
      scaling: settings.settings.standardizes ? .standardized : .plain, threads: settings.threads, cacheBytes: memory,
      run: run)
    self.data = data
    self.crops = try crops.map { (crop) throws(MVError) in
      try train.requireSameWidths(as: crop)
      guard crop.labels == train.labels else {
        throw .badData(
          "crops \(crop.name)", "are not of the rows of \(train.name)", remedy: "embed both again, in one file")
      }
      return try ProbeData(
        reader: RowReader(crop, rows: rows), labels: own, scaledLike: data, cacheBytes: memory)
    }
    guard let test else {
      self.test = nil
      return
    }
    try train.requireSameWidths(as: test)
    let (testRows, testClasses) = try test.labeledRows()
    self.test = try ProbeData(
      reader: RowReader(test, rows: testRows), labels: testClasses.map { numbers[$0] }, scaledLike: data)
  }

  /// The weights and biases of a classifier.
  typealias Head = (weights: [Float], biases: [Float])

  /// What rates and epochs are compared on.
  private struct Contest {
    let selection: FittedProtocolProbe.Selection
    /// The train rows to learn from meanwhile.
    let kept: [Int]
    /// The rows of `source` that are to be classified.
    let asked: [Int]
    let source: ProbeData
  }

  /// How a rate did in the contest.
  private struct Standing {
    /// Rows classified rightly in its best epoch; -1 where none was scored.
    var hits = -1
    /// That epoch, from 1.
    var epoch: Int
    /// The classifier of that epoch, where it will not be trained anew.
    var head: Head?
    var diverged = false
  }

  /// Compares the rates and trains the one chosen; throws where every rate diverges, or the work shall stop.
  func fit() throws(MVError) -> FittedProtocolProbe {
    let recipe = settings.settings
    let contest = try makeContest()
    let total = (contest.selection == .train ? recipe.epochs * contest.kept.count : 0) + recipe.epochs * data.rows
    let ended = run.counter(of: total)
    let heads = makeHeads(settings.learningRates)
    let (standings, compared) = try compare(heads, contest, ended)
    let chosen = try choose(standings)
    let epochs = standings[chosen].epoch
    let final: Head
    let losses: [Double]
    if contest.selection == .train {
      let refit = makeHeads([settings.learningRates[chosen]])
      losses = try train(refit, on: Array(0..<data.rows), epochs: epochs, ended).map { $0[0] }
      final = refit.head(0)
    } else {
      losses = compared.prefix(epochs).map { $0[chosen] }
      final = standings[chosen].head ?? heads.head(chosen)
    }
    run.report(total, of: total)
    let candidates = zip(settings.learningRates, standings).map { rate, standing in
      let isScored = contest.selection != .none && !standing.diverged
      return FittedProtocolProbe.Candidate(
        learningRate: rate, scaledRate: recipe.scaled(rate),
        selectionTop1: isScored ? Double(standing.hits) / Double(contest.asked.count) : nil,
        epoch: isScored ? standing.epoch : nil, diverged: standing.diverged)
    }
    return FittedProtocolProbe(
      settings: recipe, probe: try fitted(final, epochs: epochs), learningRate: settings.learningRates[chosen],
      epochs: epochs, candidates: candidates, losses: losses, selection: contest.selection,
      seconds: run.seconds)
  }

  /// The test rows where they were given for that, else rows of train that are held out.
  private func makeContest() throws(MVError) -> Contest {
    let all = Array(0..<data.rows)
    guard settings.learningRates.count > 1 || settings.settings.selectsEpoch else {
      return Contest(selection: .none, kept: all, asked: [], source: data)
    }
    if let test { return Contest(selection: .test, kept: all, asked: Array(0..<test.rows), source: test) }
    let split = try HoldOut(labels: trainLabels, .fraction(settings.heldOut), seed: settings.seed)
    return Contest(
      selection: .train, kept: all.filter { split.fold[$0] < 0 }, asked: all.filter { split.fold[$0] == 0 },
      source: data)
  }

  /// Trains all rates side by side; how each did, and the mean losses by epoch and rate.
  private func compare(
    _ heads: HeadTraining, _ contest: Contest, _ ended: (Int) -> Void
  ) throws(MVError) -> (standings: [Standing], losses: [[Double]]) {
    let recipe = settings.settings
    var standings = settings.learningRates.map { _ in Standing(epoch: recipe.epochs) }
    let losses = try train(heads, on: contest.kept, epochs: recipe.epochs, ended) { (epoch) throws(MVError) in
      guard contest.selection != .none, recipe.selectsEpoch || epoch == recipe.epochs - 1 else { return }
      let hits = try heads.hits(contest.asked, of: contest.source)
      for head in standings.indices where hits[head] > standings[head].hits && heads.isFinite(head: head) {
        standings[head].hits = hits[head]
        standings[head].epoch = epoch + 1
        if contest.selection == .test { standings[head].head = heads.head(head) }
      }
    }
    for head in standings.indices {
      standings[head].diverged = !heads.isFinite(head: head) || !losses.allSatisfy { $0[head].isFinite }
    }
    return (standings, losses)
  }

  /// The rate that did best; the first of ties, which is the smallest.
  private func choose(_ standings: [Standing]) throws(MVError) -> Int {
    let sound = standings.indices.filter { !standings[$0].diverged }
    guard let chosen = sound.max(by: { (standings[$0].hits, -$0) < (standings[$1].hits, -$1) }) else {
      throw .badData(
        "protocol \(settings.settings.name)", "diverges at every learning rate",
        remedy: "give smaller rates, or normalised features")
    }
    return chosen
  }

  private func makeHeads(_ rates: [Double]) -> HeadTraining {
    HeadTraining(
      settings: settings.settings, data: data, crops: crops, classes: classes.count,
      rates: rates.map(settings.settings.scaled), seed: settings.seed)
  }

  /// Trains heads on some rows, and gives the mean losses by epoch and head.
  ///
  /// `after` is called after each epoch.
  private func train(
    _ heads: HeadTraining, on rows: [Int], epochs: Int, _ ended: (Int) -> Void,
    after: (Int) throws(MVError) -> Void = { _ in }
  ) throws(MVError) -> [[Double]] {
    try SerialBLAS.run { () throws(MVError) in
      var losses: [[Double]] = []
      for epoch in 0..<epochs {
        losses.append(try heads.runEpoch(epoch, order: order(of: rows, epoch: epoch)))
        try after(epoch)
        ended(rows.count)
      }
      return losses
    }
  }

  private func order(of rows: [Int], epoch: Int) -> [Int] {
    guard settings.settings.shuffles else { return rows }
    var generator = SeededGenerator(seed: settings.seed, keys: 0x6F72_6472, UInt64(epoch))
    return generator.permutation(of: rows.count).map { rows[$0] }
  }

  /// The classifier for unstandardized features, with the loss and gradient over all of train.
  private func fitted(_ head: Head, epochs: Int) throws(MVError) -> FittedProbe {
    let objective = ProbeObjective(data: data, classes: classes.count, ranges: [0..<data.rows])
    let point = WorkBuffer<Double>(objective.parameters, repeating: 0)
    for (index, value) in (head.weights + head.biases).enumerated() { point.pointer[index] = Double(value) }
    let gradient = WorkBuffer<Double>(objective.parameters, repeating: 0)
    let loss = try SerialBLAS.run { () throws(MVError) in
      try objective.evaluate([UnsafePointer(point.pointer)], gradients: gradient)[0]
    }
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
      seed: settings.seed, seconds: run.seconds)
  }
}
