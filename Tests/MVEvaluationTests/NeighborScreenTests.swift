import MVCore
import MVStore
import Testing

@testable import MVEvaluation

/// Neighbors are exact, and the same, however rows are screened.
@Suite struct NeighborScreenTests {
  private static let columns = 45

  /// Cosines, or squared distances with the sign changed, in double precision by the plainest means.
  private static func scores(
    _ train: [Float], _ query: ArraySlice<Float>, metric: NearestNeighbors.Metric
  ) -> [Double] {
    let asked = query.map { Double($0) }
    let length = asked.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (0..<train.count / asked.count).map { row in
      var (product, norm, distance) = (0.0, 0.0, 0.0)
      for column in asked.indices {
        let value = Double(train[row * asked.count + column])
        product += value * asked[column]
        norm += value * value
        distance += (value - asked[column]) * (value - asked[column])
      }
      guard metric == .cosine else { return -distance }
      return norm * length == 0 ? 0 : product / (norm.squareRoot() * length)
    }
  }

  private static func split(_ values: [Float], columns: Int = columns) throws -> LabeledFeatures {
    try Rows.split(values, columns: columns, labels: [Int64](repeating: 0, count: values.count / columns))
  }

  @Test(arguments: HardRows.allCases, [NearestNeighbors.Metric.cosine, .euclidean])
  func neighborsOfHardRowsAreExact(kind: HardRows, metric: NearestNeighbors.Metric) throws {
    let columns = Self.columns
    let train = kind.values(1500, columns: columns, seed: 1)
    let queries = kind.values(25, columns: columns, seed: 2)
    var search = NearestNeighbors(k: [12], metric: metric)
    var found: [Neighbors] = []
    for screening in [Screening.fine, .coarse, .measured] {
      search.screening = screening
      found.append(try search.search(train: Self.split(train), queries: Self.split(queries)))
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
    for query in 0..<25 {
      let scores = Self.scores(train, queries[query * columns..<(query + 1) * columns], metric: metric)
      let best = scores.sorted(by: >).prefix(12)
      let rows = found[0][query].rows
      #expect(Set(rows).count == 12)
      // Scores, since rows may tie but for the order of summation.
      for (row, score) in zip(rows, best) {
        #expect(abs(scores[Int(row)] - score) <= 1e-9 * max(1, abs(score)), "query \(query), row \(row)")
      }
    }
  }

  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func manyTilesGiveTheSame(metric: NearestNeighbors.Metric) throws {
    let train = HardRows.clusters.values(9000, columns: 64, seed: 3)
    let queries = HardRows.clusters.values(301, columns: 64, seed: 4)
    var search = NearestNeighbors(k: [60], metric: metric)
    search.screening = .fine
    let fine = try search.search(train: Self.split(train, columns: 64), queries: Self.split(queries, columns: 64))
    for screening in [Screening.coarse, .measured] {
      search.screening = screening
      let found = try search.search(train: Self.split(train, columns: 64), queries: Self.split(queries, columns: 64))
      #expect(found == fine)
    }
    search.screening = .coarse
    #expect(
      try search.search(leavingOneOut: Self.split(queries, columns: 64))
        == NearestNeighbors(k: [60], metric: metric).search(leavingOneOut: Self.split(queries, columns: 64)))
  }

  @Test func equalRowsAreScreenedCoarsely() throws {
    let train = [Float](repeating: 0.25, count: 5000 * 8)
    var search = NearestNeighbors(k: [9], metric: .euclidean)
    search.screening = .coarse
    let found = try search.search(
      train: Self.split(train, columns: 8), queries: Self.split([1, 2, 3, 4, 5, 6, 7, 8], columns: 8))
    #expect(found.rows == [0, 1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func theScreenIsChosenByWhatItLetsThrough() {
    var choice = ScreenChoice(.measured, columns: 512, isFast: true)
    #expect(choice.mayBeCoarse)
    choice.start()
    func tries(_ tiles: Int) -> [Bool] { (0..<tiles).map { _ in choice.isToTry() } }
    func isFaster(_ share: Double, queries: Int = 10_000) -> Bool { choice.isFaster(letting: share, queries: queries) }
    #expect(tries(2) == [false, true])
    #expect(isFaster(0.02))
    #expect(tries(1) == [true])
    // After a trial that failed it waits for as many rows as may bring the share down, or for good.
    #expect(!isFaster(0.3))
    let waited = tries(12)
    #expect(!waited[0] && waited.contains(true))
    #expect(!isFaster(0.02, queries: 5))
    #expect(tries(1000).allSatisfy { !$0 })
    choice.start()
    #expect(tries(2) == [false, true])
    #expect(isFaster(0.02))
    #expect(!ScreenChoice(.measured, columns: 512, isFast: false).mayBeCoarse)
    #expect(!ScreenChoice(.measured, columns: 1_000_000, isFast: true).mayBeCoarse)
    #expect(!ScreenChoice(.coarse, columns: 1_000_000, isFast: true).mayBeCoarse)
    #expect(!ScreenChoice(.fine, columns: 512, isFast: true).mayBeCoarse)
    #expect(ScreenChoice(.coarse, columns: 3, isFast: false).mayBeCoarse)
  }
}
