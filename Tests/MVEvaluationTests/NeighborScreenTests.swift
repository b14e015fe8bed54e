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

  private static func choice(
    _ screening: Screening = .measured, columns: Int = 512, rows: Int = 50_000, queries: Int = 10_000, wanted: Int = 20,
    isFast: Bool = true
  ) -> ScreenChoice {
    ScreenChoice(screening, columns: columns, rows: rows, queries: queries, wanted: wanted, isFast: isFast)
  }

  @Test func theScreenIsChosenByWhatItLetsThrough() {
    var choice = Self.choice()
    #expect(choice.mayBeCoarse)
    choice.start(tileLength: 3125)
    func tries(_ tiles: Int) -> [Bool] { (0..<tiles).map { _ in choice.isToTry() } }
    func isFaster(_ share: Double) -> Bool { choice.isFaster(letting: share) }
    #expect(tries(2) == [false, true])
    #expect(isFaster(0.02))
    #expect(tries(1) == [true])
    // After a trial that failed it waits for as many rows as may bring the share down.
    #expect(!isFaster(0.5))
    let waited = tries(100)
    #expect(!waited[0] && waited.contains(true))
    #expect(!isFaster(0.9))
    #expect(tries(1000).allSatisfy { !$0 })
    choice.start(tileLength: 3125)
    #expect(tries(2) == [false, true])
    #expect(isFaster(0.02))
    // A third of the rows seen are wanted, and pass.
    choice = Self.choice(wanted: 1000)
    choice.start(tileLength: 3125)
    #expect(!tries(2).contains(true))
    #expect(tries(14).contains(true))
  }

  @Test func theScreenIsChosenForLargeSearches() {
    #expect(!Self.choice(isFast: false).mayBeCoarse)
    #expect(!Self.choice(columns: 1_000_000).mayBeCoarse)
    #expect(!Self.choice(.coarse, columns: 1_000_000).mayBeCoarse)
    #expect(!Self.choice(.fine).mayBeCoarse)
    #expect(Self.choice(.coarse, columns: 3, rows: 2, queries: 1, isFast: false).mayBeCoarse)
    // Rows are prepared for few others, or most of them are wanted.
    #expect(Self.choice(columns: 324, rows: 10_000, queries: 2000, wanted: 1).mayBeCoarse)
    #expect(!Self.choice(columns: 4356, rows: 2000, queries: 500, wanted: 1).mayBeCoarse)
    #expect(!Self.choice(queries: 10).mayBeCoarse)
    #expect(!Self.choice(wanted: 20_000).mayBeCoarse)
    // The products are a small part of the work.
    #expect(!Self.choice(columns: 60, wanted: 1).mayBeCoarse)
  }
}
