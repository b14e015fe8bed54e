package import MVCore
package import MVNetworks

/// The embeddings of a batch that a step has computed, B x d each.
package struct ViewEmbeddings {
  /// The first view, a random one.
  package let first: Tensor
  /// The second view: the plain image, or another random one.
  package let second: Tensor
  /// Small crops; empty mostly.
  package let locals: [Tensor]

  /// Takes the embeddings of the views of one batch.
  package init(first: Tensor, second: Tensor, locals: [Tensor] = []) {
    self.first = first
    self.second = second
    self.locals = locals
  }
}

/// The loss of a step: a criterion between views, and the dependence of their embeddings on representations.
///
///     L = w mean_pairs L_views + sum_r w_r (1 - dCor(z, phi_r))  [+ sum_r w_r (1 - dCor(z', phi_r))]
///
/// The pairs are the two views, and each of them with each small crop. Everything is float32 whatever the embeddings
/// are, and a function of the embeddings of the whole batch.
package struct TrainingLoss: Sendable {
  /// The criterion of MV-MR, and how dependence on representations is measured beside any criterion.
  package var multiView: MultiViewLoss
  /// The criterion between views, where it is another one.
  package var criterion: (any PairCriterion)?
  /// w: the weight of that other criterion.
  package var weight: Double

  /// Creates a loss; `weight` is for `criterion`, those of MV-MR's own terms are in `multiView`.
  package init(_ multiView: MultiViewLoss, criterion: (any PairCriterion)? = nil, weight: Double = 1) {
    self.multiView = multiView
    self.criterion = criterion
    self.weight = weight
  }

  /// What stands between the views.
  package var kind: ViewLoss { criterion?.kind ?? .mvmr }

  /// The loss and its terms, with gradients to all embeddings; throws where the shapes differ.
  package func callAsFunction(
    _ views: ViewEmbeddings, representations: [MultiViewLoss.Representation] = []
  ) throws(MVError) -> (loss: Tensor, terms: LossTerms) {
    // One function of the shim computes all terms of the published loss at once.
    guard criterion != nil || !views.locals.isEmpty else {
      return try multiView(plain: views.second, augmented: views.first, representations: representations)
    }
    let between = try meanOfPairs(views)
    let weight = criterion == nil ? 1 : weight
    var loss = weight == 1 ? between.loss : try between.loss.scaled(by: weight)
    var values = between.values
    var total = weight * between.total
    if !representations.isEmpty {
      for view in multiView.representsBoth ? [views.first, views.second] : [views.first] {
        let dependence = try multiView.dependence(of: view, on: representations)
        loss = try loss.adding(dependence.loss)
        values += dependence.values
        total += dependence.total
      }
    }
    let terms = LossTerms.terms(
      of: representations.map(\.name), of: kind, releasedSign: multiView.releasedSign, both: multiView.representsBoth)
    return (loss, LossTerms(terms: terms, values: values, total: total))
  }

  /// The criterion, averaged over the pairs of a whole view with another view.
  private func meanOfPairs(_ views: ViewEmbeddings) throws(MVError) -> PairLoss {
    let criterion: any PairCriterion = criterion ?? multiView
    let first = try criterion.pair(views.first, views.second)
    guard !views.locals.isEmpty else { return first }
    var (loss, values, total) = (first.loss, first.values, first.total)
    for local in views.locals {
      for whole in [views.first, views.second] {
        let pair = try criterion.pair(local, whole)
        loss = try loss.adding(pair.loss)
        for index in values.indices { values[index] += pair.values[index] }
        total += pair.total
      }
    }
    let share = 1 / Double(1 + 2 * views.locals.count)
    return PairLoss(loss: try loss.scaled(by: share), values: values.map { $0 * share }, total: total * share)
  }
}
