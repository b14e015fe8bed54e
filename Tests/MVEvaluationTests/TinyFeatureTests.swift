import MVCore
import MVStore
import Testing

@testable import MVEvaluation

/// Features that are all zero, or nearly: their scale says nothing, and must not matter.
@Suite struct TinyFeatureTests {
  @Test(arguments: [0, 0x1p-149, 0x1p-120, 0x1p-110, 0x1p-90, 1] as [Float], NearestNeighbors.Metric.allCases)
  func neighborsOfTinyRows(_ scale: Float, _ metric: NearestNeighbors.Metric) throws {
    // Whole numbers, so that scaling by a power of two is exact.
    var random = SeededGenerator(seed: 4)
    func rows(_ count: Int) -> [Float] { (0..<count * 6).map { _ in Float(random.integer(below: 9)) * scale } }
    let (train, queries) = (rows(300), rows(20))
    let labels = (0..<300).map { Int64($0 % 3) }
    let split = try Rows.split(train, columns: 6, labels: labels)
    let knn = NearestNeighbors(k: [5], metric: metric)
    let found = try knn.search(
      train: split, queries: Rows.split(queries, columns: 6, labels: [Int64](repeating: 0, count: 20)))
    if metric == .euclidean || scale > 0x1p-120 || scale == 0 {
      #expect(
        found.rows == NearestNeighborsTests.reference(train, queries, columns: 6, k: 5, metric: metric))
    }
    #expect(try knn.evaluate(leavingOneOut: split).results[0].predictions.count == 300)
  }

  /// Rows that have no direction are counted, in every way that neighbors are looked for.
  @Test func rowsThatCountAsZeroAreTold() throws {
    func rows(_ scales: [Float]) -> [Float] {
      scales.flatMap { (scale: Float) -> [Float] in [3 * scale, 0, 4 * scale] }
    }
    let train = try Rows.split(
      rows([1, 0, 1, 0x1p-126, 2, 0x1p-110, 1, 1]), columns: 3, labels: [0, 1, 0, 1, 0, 1, 0, 1],
      rows: [0, 1, 3, 4, 5, 6, 7])
    let test = try Rows.split(rows([1, 1, 0x1p-149]), columns: 3, labels: [0, 1, 0], name: "test")
    let knn = NearestNeighbors(k: [2])
    let inTrain = ZeroRows(split: "train", representation: "random", rows: [1, 3])
    let inTest = ZeroRows(split: "test", representation: "random", rows: [2])
    #expect(try knn.evaluate(train: train, test: test).zeroRows == [inTrain, inTest])
    #expect(try knn.search(train: train, queries: test).zeroRows == [inTrain, inTest])
    #expect(try knn.evaluate(leavingOneOut: train).zeroRows == [inTrain])
    let folds = try Folds(3, of: train, ids: nil, seed: 0)
    #expect(try knn.evaluate(train, in: folds).zeroRows == [inTrain])
    let contender = Comparison.Contender("random", .splits(train: train, test: test))
    #expect(try Comparison([contender], k: 2).entries[0].zeroRows == [inTrain, inTest])
    // By distances alone rows are compared as they are, and a row of zeros is one as any other.
    #expect(try NearestNeighbors(k: [2], metric: .euclidean).evaluate(train: train, test: test).zeroRows.isEmpty)
    let two = try LabeledFeatures(
      train.representations + [
        FeatureMatrix(Matrix(rows: 8, columns: 1, values: [1, 1, 1, 1, 0, 1, 1, 1]), name: "other")
      ], labels: train.labels, name: "train")
    let inOther = ZeroRows(split: "train", representation: "other", rows: [4])
    let joined = try NearestNeighbors(k: [2], metric: .euclidean).evaluate(leavingOneOut: two).zeroRows
    #expect(joined == [inTrain, inOther])
    let several = """
      f.h5: 3 rows are zero or nearly, with a norm under 1e-37: they have no nearest rows (2 of random in train, the \
      first row 1; row 2 of random in test)
      """
    #expect(ZeroRows.notice(of: [inTrain, inTest], in: "f.h5") == several)
    let one = "f.h5: 1 row is zero or nearly, with a norm under 1e-37: it has no nearest rows (row 2 of random in test)"
    #expect(ZeroRows.notice(of: [inTest], in: "f.h5") == one)
    #expect(ZeroRows.notice(of: [], in: "f.h5") == nil)
  }

  @Test func allZeroTrainRowsAndOthersToAsk() throws {
    let train = try Rows.split([Float](repeating: 0, count: 40), columns: 4, labels: (0..<10).map { Int64($0 % 2) })
    for value in [1, 1e30, 1e-38] as [Float] {
      let asked = try Rows.split([Float](repeating: value, count: 8), columns: 4, labels: [0, 1])
      let found = try NearestNeighbors(k: [3], metric: .euclidean).search(train: train, queries: asked)
      // All are as far: the first rows are the nearest.
      #expect(found.rows == [0, 1, 2, 0, 1, 2])
    }
  }

  /// Standardized columns are the same at any scale that is a power of two, and so is all that is learned of them.
  @Test(arguments: [0x1p-100, 0x1p-112, 0x1p60] as [Float])
  func theProbeLearnsOfFeaturesOfAnyScale(_ scale: Float) throws {
    let (values, labels) = Rows.clusters(300, columns: 6, classes: 3, seed: 7)
    let (asked, truth) = Rows.clusters(80, columns: 6, classes: 3, seed: 8)
    func predictions(_ scale: Float) throws -> [Int64] {
      let probe = try LinearProbe(lambdas: [1e-3], gradientNorm: 1e-5).fit(
        Rows.split(values.map { $0 * scale }, columns: 6, labels: labels))
      return try probe.score(Rows.split(asked.map { $0 * scale }, columns: 6, labels: truth)).predictions
    }
    let expected = try predictions(1)
    let found = try predictions(scale)
    #expect(zip(expected, found).count { $0 != $1 } <= 1)
    #expect(zip(found, truth).count { $0 == $1 } > 35)
  }
}
