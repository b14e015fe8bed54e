import Foundation
import MVCore
import MVEvaluation
import MVStore
import Testing

@Suite struct NearestNeighborsTests {
  /// The k nearest in double precision by the plainest means, ties by row.
  static func reference(
    _ train: [Float], _ queries: [Float], columns: Int, k: Int, metric: NearestNeighbors.Metric,
    leavingOut: Bool = false
  ) -> [Int32] {
    func row(_ values: [Float], _ index: Int) -> [Double] {
      values[index * columns..<(index + 1) * columns].map { Double($0) }
    }
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let rows = (0..<train.count / columns).map { row(train, $0) }
    let norms = rows.map(norm)
    return (0..<queries.count / columns).flatMap { query in
      let asked = row(queries, query)
      let length = norm(asked)
      let scores = rows.indices.map { index in
        let pairs = zip(asked, rows[index])
        guard metric == .cosine else { return -pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        return length * norms[index] == 0 ? 0 : product / (length * norms[index])
      }
      let others = rows.indices.filter { !leavingOut || $0 != query }
      return others.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(k).map { Int32($0) }
    }
  }

  @Test(
    arguments: [(700, 1, 3), (900, 7, 10), (3000, 64, 30), (400, 515, 40), (1200, 1030, 5)],
    [NearestNeighbors.Metric.cosine, .euclidean])
  func neighborsAreExact(size: (rows: Int, columns: Int, k: Int), metric: NearestNeighbors.Metric) throws {
    let (train, labels) = Rows.clusters(size.rows, columns: size.columns, classes: 4, seed: 1)
    let (queries, asked) = Rows.clusters(37, columns: size.columns, classes: 4, seed: 2)
    let found = try NearestNeighbors(k: [size.k], metric: metric).search(
      train: Rows.split(train, columns: size.columns, labels: labels),
      queries: Rows.split(queries, columns: size.columns, labels: asked))
    guard metric == .euclidean || size.columns > 1 else {
      // In one dimension every cosine is 1 or -1: any row of the same sign, the first of them.
      let signs = queries.map { query in train.indices.filter { (train[$0] > 0) == (query > 0) }.prefix(3) }
      #expect(found.rows == signs.flatMap { $0.map { Int32($0) } })
      return
    }
    #expect(
      found.rows == Self.reference(train, queries, columns: size.columns, k: size.k, metric: metric))
  }

  @Test func distancesFarFromTheOriginDoNotCancel() throws {
    let (near, labels) = Rows.clusters(2000, columns: 24, classes: 3, seed: 5, spread: 0.1)
    let (asked, askedLabels) = Rows.clusters(20, columns: 24, classes: 3, seed: 6, spread: 0.1)
    // Beside the norm of 5000 the gaps of 0.1 are lost to a single-precision |x|^2 - 2xy + |y|^2.
    let train = near.map { $0 + 1000 }
    let queries = asked.map { $0 + 1000 }
    let found = try NearestNeighbors(k: [15], metric: .euclidean).search(
      train: Rows.split(train, columns: 24, labels: labels),
      queries: Rows.split(queries, columns: 24, labels: askedLabels))
    #expect(found.rows == Self.reference(train, queries, columns: 24, k: 15, metric: .euclidean))
  }

  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func rowsOfVeryDifferentNormsAndZeroRowsAreExact(metric: NearestNeighbors.Metric) throws {
    var (train, labels) = Rows.clusters(1500, columns: 16, classes: 3, seed: 8)
    for row in 0..<1500 {
      let scale = Float([1e-4, 1, 0, 300, 1][row % 5])
      for column in 0..<16 { train[row * 16 + column] *= scale }
    }
    var (queries, asked) = Rows.clusters(30, columns: 16, classes: 3, seed: 9)
    for column in 0..<16 { (queries[column], queries[16 + column]) = (0, queries[16 + column] * 1e5) }
    let found = try NearestNeighbors(k: [25], metric: metric).search(
      train: Rows.split(train, columns: 16, labels: labels), queries: Rows.split(queries, columns: 16, labels: asked))
    let reference = Self.reference(train, queries, columns: 16, k: 25, metric: metric)
    // Scaled copies do not occur, so only the query of zeros, all of whose cosines tie, rests on the order of rows.
    #expect(found.rows == reference)
  }

  @Test func manyEqualRowsAreTakenInOrder() throws {
    let row: [Float] = [0.3, -1, 2, 0.5]
    let train = (0..<5000).flatMap { index in row.map { $0 * (index % 3 == 0 ? -1 : 1) } }
    let split = try Rows.split(train, columns: 4, labels: [Int64](repeating: 0, count: 5000))
    let found = try NearestNeighbors(k: [9]).search(
      train: split, queries: Rows.split(row + row, columns: 4, labels: [0, 0]))
    #expect(found.rows == [1, 2, 4, 5, 7, 8, 10, 11, 13, 1, 2, 4, 5, 7, 8, 10, 11, 13])
  }

  @Test(arguments: [NearestNeighbors.Metric.cosine, .euclidean])
  func aRowIsLeftOutOfItsOwnNeighbors(metric: NearestNeighbors.Metric) throws {
    let (values, labels) = Rows.clusters(300, columns: 12, classes: 3, seed: 3)
    let split = try Rows.split(values, columns: 12, labels: labels)
    let found = try NearestNeighbors(k: [6], metric: metric).search(leavingOneOut: split)
    let reference = Self.reference(values, values, columns: 12, k: 6, metric: metric, leavingOut: true)
    #expect(found.rows == reference)
    let scores = try NearestNeighbors(k: [6], metric: metric, weighting: .majority).evaluate(leavingOneOut: split)
    var right = 0
    for query in 0..<300 {
      var votes = [0, 0, 0]
      for row in reference[query * 6..<query * 6 + 6] { votes[Int(labels[Int(row)])] += 1 }
      if votes.firstIndex(of: votes.max()!)! == Int(labels[query]) { right += 1 }
    }
    #expect(scores.results[0].top1 == Double(right) / 300)
  }

  @Test func severalRepresentationsWeighTheSame() throws {
    let (left, labels) = Rows.clusters(400, columns: 9, classes: 4, seed: 11)
    let (right, _) = Rows.clusters(400, columns: 14, classes: 4, seed: 12)
    func unit(_ values: [Float], _ columns: Int) -> [[Double]] {
      (0..<400).map { row in
        let row = values[row * columns..<(row + 1) * columns].map { Double($0) }
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / norm }
      }
    }
    let rows = zip(unit(left, 9), unit(right, 14)).map { $0 + $1 }
    let split = try LabeledFeatures(
      [
        FeatureMatrix(Matrix(rows: 400, columns: 9, values: left.map { $0 * 1000 }), name: "left"),
        FeatureMatrix(Matrix(rows: 400, columns: 14, values: right), name: "right"),
      ], labels: .single(labels))
    let cosine = try NearestNeighbors(k: [8]).search(leavingOneOut: split)
    let euclidean = try NearestNeighbors(k: [8], metric: .euclidean).search(leavingOneOut: split)
    #expect(cosine.rows == euclidean.rows)
    for query in [0, 57, 399] {
      let sums = rows.map { zip($0, rows[query]).reduce(0) { $0 + $1.0 * $1.1 } / 2 }
      let order = rows.indices.filter { $0 != query }.sorted { sums[$0] > sums[$1] }.prefix(8)
      #expect(cosine[query].rows.map { Int($0) } == Array(order))
      #expect(abs(Double(cosine[query].values.first!) - sums[order.first!]) < 1e-6)
    }
  }

  @Test func scalingRowsAndThreadsChangeNothing() throws {
    let (values, labels) = Rows.clusters(1500, columns: 31, classes: 5, seed: 21)
    let (queries, asked) = Rows.clusters(64, columns: 31, classes: 5, seed: 22)
    let test = try Rows.split(queries, columns: 31, labels: asked)
    func scores(_ train: [Float], threads: Int) throws -> [NearestNeighborScores.Result] {
      try NearestNeighbors(k: [1, 10, 50], temperatures: [0.07, 1e-3], threads: threads).evaluate(
        train: Rows.split(train, columns: 31, labels: labels), test: test
      ).results
    }
    let plain = try scores(values, threads: 2)
    #expect(plain == (try scores(values, threads: 1)))
    #expect(plain == (try scores(values, threads: 5)))
    let scaled = values.indices.map { values[$0] * [0.001, 7, 400][($0 / 31) % 3] }
    let after = try scores(scaled, threads: 2)
    #expect(plain.map(\.predictions) == after.map(\.predictions))
  }

  @Test func float16RowsAndChosenRowsAreRead() throws {
    let (values, labels) = Rows.clusters(500, columns: 20, classes: 3, seed: 31)
    let halves = values.map { Float16($0) }
    let wide = halves.map { Float($0) }
    let half = FeatureMatrix(
      name: "half", rows: 500, shape: [4, 5], element: .float16, bytes: halves.withUnsafeBytes { .init($0) })
    let chosen = Array(stride(from: 3, to: 500, by: 2))
    let stored = try LabeledFeatures([half], labels: .single(labels), rows: chosen)
    let held = try Rows.split(wide, columns: 20, labels: labels, rows: chosen)
    let search = NearestNeighbors(k: [7], metric: .euclidean)
    let found = try search.search(leavingOneOut: stored)
    #expect(found == (try search.search(leavingOneOut: held)))
    #expect(found.rows.allSatisfy { $0 % 2 == 1 } && found.queries == chosen)
  }

  @Test func unlabeledRowsDoNotVote() throws {
    let (values, labels) = Rows.clusters(200, columns: 6, classes: 3, seed: 41)
    let hidden = labels.indices.map { $0 % 4 == 0 ? -1 : labels[$0] }
    let kept = labels.indices.filter { $0 % 4 != 0 }
    let test = try Rows.split(values, columns: 6, labels: labels, name: "test")
    let probe = NearestNeighbors(k: [5], weighting: .inverseDistance)
    let scores = try probe.evaluate(train: Rows.split(values, columns: 6, labels: hidden), test: test)
    let fewer = try probe.evaluate(train: Rows.split(values, columns: 6, labels: labels, rows: kept), test: test)
    #expect(scores.results == fewer.results)
    #expect(scores.trainRows == 150)
    #expect(scores.results[0].temperature == nil)
  }

  @Test func badInputIsNamed() throws {
    let (values, labels) = Rows.clusters(50, columns: 4, classes: 2, seed: 51)
    let train = try Rows.split(values, columns: 4, labels: labels)
    let search = NearestNeighbors(k: [60])
    #expect(message { _ = try search.evaluate(train: train, test: train) }.hasPrefix("k 60: exceeds the 50 rows"))
    #expect(
      message { _ = try NearestNeighbors(k: [50]).evaluate(leavingOneOut: train) }.hasPrefix(
        "k 50: exceeds the 49 rows"))
    #expect(
      message { _ = try NearestNeighbors(k: []).search(train: train, queries: train) }.hasPrefix("k: is not given"))
    #expect(message { _ = try NearestNeighbors(k: [0]).search(train: train, queries: train) }.hasPrefix("k: is 0"))
    #expect(
      message { _ = try NearestNeighbors(k: [1], temperatures: [0]).evaluate(train: train, test: train) }
        .hasPrefix("temperature 0.0: is not above 0"))
    let narrow = try Rows.split(Array(values.prefix(150)), columns: 3, labels: labels, name: "test")
    #expect(
      message { _ = try NearestNeighbors(k: [1]).evaluate(train: train, test: narrow) }
        .hasPrefix("representation random: has 4 columns in train and 3 in test"))
    var broken = values
    broken[4 * 17 + 2] = .nan
    let nan = try Rows.split(broken, columns: 4, labels: labels, name: "test")
    #expect(
      message { _ = try NearestNeighbors(k: [1]).evaluate(train: train, test: nan) }
        .hasPrefix("row 17 of representation random in test: holds a value that is not finite"))
    let unlabeled = try Rows.split(values, columns: 4, labels: labels.map { _ in -1 }, name: "test")
    #expect(
      message { _ = try NearestNeighbors(k: [1]).evaluate(train: train, test: unlabeled) }
        .hasPrefix("labels of test: are all missing"))
    let wrong = try Rows.split(values, columns: 4, labels: labels.map { $0 - 5 }, name: "test")
    #expect(
      message { _ = try NearestNeighbors(k: [1]).evaluate(train: train, test: wrong) }.contains("has the label -"))
    #expect(
      message { _ = try Rows.split(values, columns: 4, labels: labels, rows: [50]) }.hasPrefix("row 50: is not one"))
    #expect(message { _ = try Rows.split(values, columns: 4, labels: [1]) }.hasPrefix("labels of train: are 1"))
  }
}
