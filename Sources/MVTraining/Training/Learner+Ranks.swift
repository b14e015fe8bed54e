package import MVCore
package import MVNetworks

extension TrainingSettings {
  /// The images of a batch that each of some ranks takes.
  ///
  /// Throws a usage error where a batch cannot be dealt out to them, or a part is too small for the loss.
  package func batchSize(of ranks: Ranks?) throws(MVError) -> Int {
    guard let ranks else { return batchSize }
    let (part, rest) = batchSize.quotientAndRemainder(dividingBy: ranks.size)
    guard rest == 0 else {
      throw .usage(
        "setting batch_size=\(batchSize)", "cannot be dealt out to \(ranks.size) ranks in equal parts",
        remedy: "take a multiple of \(ranks.size): it is the batch of all ranks together")
    }
    let least = dependenceScope == .local && estimator == .unbiased ? 4 : 2
    guard part >= least else {
      throw .usage(
        "setting batch_size=\(batchSize)", "leaves \(part) images for each of \(ranks.size) ranks, fewer than \(least)",
        remedy: "make the batch larger, or start fewer ranks")
    }
    return part
  }
}

extension Learner {
  /// The group whose ranks' rows are gathered before the loss; nil where the loss is of one's own rows.
  var gathering: ProcessGroup? { settings.dependenceScope == .global ? group : nil }

  /// The group over whose batches normalization goes; nil for one's own.
  var normalizing: ProcessGroup? { settings.synchronizesNormalization ? group : nil }

  /// The rows of all ranks, where the loss is of them, else these.
  func gathered(_ rows: Tensor) throws(MVError) -> Tensor { try gathering?.allRows(rows) ?? rows }

  /// The mean of the terms over the ranks, on every rank the same; throws where a rank has ended.
  func agreed(_ terms: LossTerms) throws(MVError) -> LossTerms {
    guard let group else { return terms }
    var terms = terms
    let means = try group.sum(terms.values + [terms.total]).map { $0 / Double(group.ranks.size) }
    terms.values = Array(means.dropLast())
    terms.total = means[means.count - 1]
    return terms
  }

  /// Waits for the sums of all ranks' gradients, so that every one makes the same step; throws where a rank has ended.
  ///
  /// Where normalization is each rank's own, its running statistics are made the mean of theirs.
  func shareGradients() throws(MVError) {
    guard let group else { return }
    let factor = settings.dependenceScope == .local ? 1 / Double(group.ranks.size) : 1
    try exchange?.finish(times: factor)
    guard normalizing == nil else { return }
    let statistics = encoder.state.filter { !$0.isParameter }.map(\.tensor)
    if !statistics.isEmpty { try group.average(statistics) }
  }

  /// Gives every rank what rank 0 starts from, after comparing what cannot be given.
  ///
  /// Throws, on every rank, an error that names the first rank and thing that differs from rank 0's.
  func begin(step: Int) throws(MVError) {
    guard let group else { return }
    try RankFacts(of: self, step: step).compare(over: group)
    var state = encoder.state + (averaged?.state ?? []) + optimizer.state
    if let onlineHead { state += onlineHead.state }
    try group.broadcast(state.map(\.tensor))
    let sums = try group.texts(RankFacts.fingerprint(of: state))
    guard Set(sums).count == 1 else {
      throw .internalFault("\(group.ranks)", "has other weights than rank 0 after a broadcast")
    }
  }
}
