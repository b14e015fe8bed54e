import MVCore
import MVStore
import Testing

@testable import MVEvaluation

/// Votes on rows without labels are those that evaluations count.
struct NeighborVotesTests {
  private static func features(_ rows: Int, seed: UInt64, labels: [Int64]? = nil) throws -> LabeledFeatures {
    let matrix = DistanceCorrelationTests.rows(rows, 6, seed: seed)
    let labels = labels ?? (0..<rows).map { Int64($0 * 7 % 4) }
    return try LabeledFeatures([FeatureMatrix(matrix)], labels: .single(labels))
  }

  @Test(arguments: NearestNeighbors.Metric.allCases, NearestNeighbors.Weighting.allCases)
  func predictionsAreThoseOfEvaluations(
    _ metric: NearestNeighbors.Metric, _ weighting: NearestNeighbors.Weighting
  ) throws {
    let (train, test) = (try Self.features(120, seed: 1), try Self.features(50, seed: 2))
    let search = NearestNeighbors(k: [9], temperatures: [0.1], metric: metric, weighting: weighting)
    let votes = try search.vote(train: train, queries: test)
    #expect(votes.predictions == (try search.evaluate(train: train, test: test).results[0].predictions))
    #expect(votes.classes == [0, 1, 2, 3])
    for row in 0..<50 {
      let shares = (0..<4).map { votes.shares[row, $0] }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
      #expect(shares[Int(votes.predictions[row])] == shares.max())
    }
    let own = try search.vote(leavingOneOut: train)
    #expect(own.predictions == (try search.evaluate(leavingOneOut: train).results[0].predictions))
  }

  @Test func rowsWithoutALabelDoNotVote() throws {
    var labels = [Int64](repeating: 5, count: 30)
    for row in 0..<20 { labels[row] = -1 }
    let train = try Self.features(30, seed: 3, labels: labels)
    let votes = try NearestNeighbors(k: [9]).vote(train: train, queries: Self.features(4, seed: 4))
    #expect(votes.predictions == [5, 5, 5, 5] && votes.classes == [5])
    #expect(throws: MVError.self) { try NearestNeighbors(k: [11]).vote(train: train, queries: train) }
    #expect(try NearestNeighbors(k: [9]).vote(leavingOneOut: train).queries == Array(20..<30))
  }
}
