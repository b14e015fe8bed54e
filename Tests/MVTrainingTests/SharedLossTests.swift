import MVCore
import MVNetworks
import RankTestSupport
import TestSupport
import Testing

@testable import MVTraining

/// Ranks that share the distances of a batch have the loss of the whole, and the gradient by their own rows.
@Suite(.serialized) struct SharedLossTests {
  private struct Outcome: Sendable {
    var values: [Double]
    var slopes: [[Float]]
  }

  private static let rows = 24
  private static let columns = 7

  /// What is asked of the loss: its parts, and how many columns the representations have.
  private static func loss(_ estimator: DistanceEstimator, _ released: Bool) -> MultiViewLoss {
    MultiViewLoss(
      mseWeight: 0.8, deviationWeight: 0.7, viewsWeight: 1.3, embeddingScale: 0.5, estimator: estimator,
      releasedSign: released, representsBoth: true)
  }

  /// The loss and its gradients by the rows of `range`, of which a rank gathers those of all.
  private static func outcome(
    _ estimator: DistanceEstimator, _ released: Bool, _ range: Range<Int>, over group: ProcessGroup?
  ) throws(MVError) -> Outcome {
    func part(_ seed: UInt64) throws(MVError) -> Tensor {
      let all = DistanceCorrelationTests.rows(rows, columns, seed: seed)
      let tensor = try Tensor(
        Array(all.values[range.lowerBound * columns..<range.upperBound * columns]), shape: [range.count, columns])
      try tensor.setRequiresGradient(true)
      return tensor
    }
    var loss = Self.loss(estimator, released)
    loss.group = group
    let leaves = [try part(90), try part(91), try part(92)]
    var whole: [Tensor] = []
    for leaf in leaves { whole.append(try group?.allRows(leaf) ?? leaf) }
    // Wider than the blocks of columns that products are computed in.
    var targets: [MultiViewLoss.Representation] = []
    for (index, width) in [3, 40, 5000].enumerated() {
      let values = DistanceCorrelationTests.rows(rows, width, seed: UInt64(93 + index))
      let distances =
        index == 1
        ? try CenteredDistances(of: Tensor(values), scale: 0.3, estimator: estimator, over: group)
        : try CenteredDistances(of: values, estimator: estimator, over: group)
      targets.append(MultiViewLoss.Representation(name: "r\(index)", weight: 0.5 + Double(index), distances: distances))
    }
    let (value, terms) = try loss(plain: whole[0], augmented: whole[1], representations: targets)
    let dependence = try loss.dependence(of: whole[2], on: targets)
    try value.adding(dependence.loss).backward()
    var slopes: [[Float]] = []
    for leaf in leaves { slopes.append(try leaf.gradient()?.values() ?? []) }
    return Outcome(values: terms.values + [terms.total] + dependence.values + [dependence.total], slopes: slopes)
  }

  @Test(arguments: [2, 4], [(DistanceEstimator.biased, false), (.unbiased, false), (.biased, true)])
  func ranksHaveTheLossOfTheWhole(_ count: Int, _ variant: (DistanceEstimator, Bool)) throws {
    let alone = try Self.outcome(variant.0, variant.1, 0..<Self.rows, over: nil)
    let ranks = try RankThreads.values(count) { (group) throws(MVError) in
      let share = Self.rows / count
      return try Self.outcome(
        variant.0, variant.1, group.ranks.rank * share..<(group.ranks.rank + 1) * share, over: group)
    }
    for rank in ranks {
      #expect(rank.values == ranks[0].values && rank.values.count == alone.values.count)
      for (one, other) in zip(alone.values, rank.values) { #expect(abs(one - other) <= 1e-5, "\(one) \(other)") }
    }
    for leaf in alone.slopes.indices {
      let joined = ranks.flatMap { $0.slopes[leaf] }
      let largest = alone.slopes[leaf].map(abs).max() ?? 0
      #expect(joined.count == Self.rows * Self.columns && largest > 0)
      let apart = zip(alone.slopes[leaf], joined).map { abs($0 - $1) }.max() ?? 1
      #expect(apart <= 1e-4 * largest, "leaf \(leaf): \(apart) of \(largest)")

    }
  }

  /// Rows that do not differ depend on nothing, on every rank.
  @Test func rowsThatDoNotDifferGiveNothing() throws {
    let values = try RankThreads.values(2) { (group) throws(MVError) in
      let same = Matrix(rows: 8, columns: 3, values: [Float](repeating: 2, count: 24))
      let distances = try CenteredDistances(of: same, over: group)
      let own = DistanceCorrelationTests.rows(8, 5, seed: 97)
      let target = MultiViewLoss.Representation(name: "same", weight: 1, distances: distances)
      return try MultiViewLoss(group: group).dependence(of: Tensor(own), on: [target]).values
    }
    #expect(values == [[1], [1]])
  }

  /// Rows that cannot be dealt out are an error on every rank.
  @Test func anOddRowIsRefused() throws {
    let results = try RankThreads.results(2) { (group) throws(MVError) in
      _ = try CenteredDistances(of: DistanceCorrelationTests.rows(9, 4, seed: 98), over: group)
      return 0
    }
    for result in results {
      guard case .failure(let error) = try #require(result) else {
        Issue.record("nine rows were dealt out")
        continue
      }
      #expect("\(error)".contains("9 rows cannot be dealt out to 2 ranks"), "\(error)")
    }
  }
}
