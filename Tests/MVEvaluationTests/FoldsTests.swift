import MVCore
import MVEvaluation
import Testing

/// Cross-validation: every labeled row is scored once, by what the other folds teach.
@Suite struct FoldsTests {
  private let values: [Float]
  private let labels: [Int64]
  private static let columns = 4

  init() {
    let (values, labels) = Rows.clusters(103, columns: Self.columns, classes: 3, seed: 5, spread: 0.8)
    self.values = values
    // One row in ten has no label.
    self.labels = labels.enumerated().map { $0 % 10 == 9 ? -1 : $1 }
  }

  private func split() throws -> LabeledFeatures { try Rows.split(values, columns: Self.columns, labels: labels) }

  @Test(arguments: [2, 3, 5, 10]) func eachLabeledRowIsInOneFold(_ count: Int) throws {
    let folds = try Folds(count, of: split(), seed: 3)
    let labeled = labels.indices.filter { labels[$0] >= 0 }
    #expect(folds.rows.count == count && folds.rows.joined().sorted() == labeled)
    let sizes = folds.rows.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
    for label: Int64 in 0..<3 {
      let shares = folds.rows.map { $0.count { labels[$0] == label } }
      #expect(shares.max()! - shares.min()! <= 1, "class \(label): \(shares)")
    }
    #expect(folds.mostNeighbors == labeled.count - sizes.max()!)
    #expect(try Folds(count, of: split(), seed: 3) == folds)
    #expect(try Folds(count, of: split(), seed: 4) != folds)
  }

  /// The same images in another order are divided alike.
  @Test func foldsFollowIDs() throws {
    let ids = labels.indices.map { "image\($0 * 7 % 103)" }
    var generator = SeededGenerator(seed: 9)
    let order = generator.permutation(of: labels.count)
    let shuffled = try Rows.split(
      order.flatMap { Array(values[$0 * Self.columns..<($0 + 1) * Self.columns]) }, columns: Self.columns,
      labels: order.map { labels[$0] })
    let first = try Folds(4, of: split(), ids: PackedStrings(ids))
    let second = try Folds(4, of: shuffled, ids: PackedStrings(order.map { ids[$0] }))
    for fold in 0..<4 {
      #expect(Set(first.rows[fold].map { ids[$0] }) == Set(second.rows[fold].map { ids[order[$0]] }))
    }
  }

  @Test func foldsScoreAsTheirPartsDo() throws {
    let split = try split()
    let folds = try Folds(4, of: split, seed: 1)
    let classifier = NearestNeighbors(k: [1, 5])
    let probe = LinearProbe(lambdas: [0.01])
    let neighbors = try classifier.evaluate(split, in: folds)
    let predictions = try probe.score(split, in: folds)
    let labeled = labels.indices.filter { labels[$0] >= 0 }
    #expect(neighbors.testRows == labeled && predictions.testRows == labeled)
    #expect(neighbors.classes == labeled.map { labels[$0] })
    for rows in folds.rows {
      let others = labeled.filter { !rows.contains($0) }
      func part(_ rows: [Int]) throws -> LabeledFeatures {
        try Rows.split(values, columns: Self.columns, labels: labels, rows: rows)
      }
      let (train, test) = (try part(others), try part(rows))
      let own = try classifier.evaluate(train: train, test: test)
      let fitted = try probe.fit(train).score(test)
      for (place, row) in rows.enumerated() {
        let joined = try #require(labeled.firstIndex(of: row))
        for result in neighbors.results.indices {
          #expect(neighbors.results[result].predictions[joined] == own.results[result].predictions[place])
        }
        #expect(predictions.predictions[joined] == fitted.predictions[place])
      }
    }
    let right = zip(neighbors.results[1].predictions, neighbors.classes).count { $0 == $1 }
    #expect(neighbors.results[1].top1 == Double(right) / Double(labeled.count))
    #expect(neighbors.results[1].top5 == 1 && predictions.top5 == 1)
  }

  @Test func impossibleFoldsAreRefused() throws {
    let split = try split()
    #expect(message { _ = try Folds(1, of: split) }.hasPrefix("folds 1: are less than 2"))
    #expect(message { _ = try Folds(94, of: split) }.contains("more than the 93 labeled rows"))
    #expect(message { _ = try Folds(3, of: split, ids: ["a"]) }.contains("are 1 for 103 rows"))
    let folds = try Folds(2, of: split)
    #expect(
      message { _ = try NearestNeighbors(k: [60]).evaluate(split, in: folds) }.hasPrefix("k 60: exceeds"))
  }
}
