import Foundation
import MVCore
import MVEvaluation
import MVStore
import Testing

/// Features side by side.
@Suite struct ComparisonTests {
  private static let count = 160
  private let labels: [Int64]
  private let ids: PackedStrings

  init() {
    labels = (0..<Self.count).map { Int64($0 % 4) }
    ids = PackedStrings((0..<Self.count).map { "image\($0)" })
  }

  /// Rows about a point per class, the clearer the smaller `spread`.
  private func values(_ spread: Double, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return labels.flatMap { label in
      (0..<4).map { Float(($0 == Int(label) ? 1 : 0) + spread * generator.normal()) }
    }
  }

  private func pair(_ values: [Float], name: String = "x") throws -> EvaluationPair {
    let matrix = FeatureMatrix(Matrix(rows: Self.count, columns: 4, values: values), name: name)
    func split(_ rows: Range<Int>, _ name: String) throws -> LabeledFeatures {
      try LabeledFeatures([matrix], labels: .single(labels), rows: Array(rows), name: name)
    }
    return .splits(train: try split(0..<100, "train"), test: try split(100..<Self.count, "test"))
  }

  private func comparison(folds: Int? = nil) throws -> Comparison {
    let spreads: [(String, Double)] = [("poor", 1.5), ("good", 0.3), ("fair", 0.7)]
    return try Comparison(
      spreads.enumerated().map { place, entry in
        Comparison.Contender(
          entry.0, try pair(values(entry.1, seed: UInt64(place)), name: entry.0), trainIDs: ids, testIDs: ids)
      }, folds: folds)
  }

  @Test func scoresAreThoseOfEachAlone() throws {
    let comparison = try comparison()
    #expect(comparison.entries.map(\.name) == ["poor", "good", "fair"])
    #expect(comparison.ranking.map(\.name) == ["good", "fair", "poor"])
    for (place, spread) in [1.5, 0.3, 0.7].enumerated() {
      let (train, test) = try pair(values(spread, seed: UInt64(place))).heldOut()
      let alone = try StandardScores(train: train, test: test)
      let entry = comparison.entries[place]
      #expect(entry.neighbors.top1 == alone.neighborTop1 && entry.probe.top1 == alone.probeTop1)
      #expect(entry.neighbors.interval == (try alone.neighbors.report(of: alone.neighbors.results[0]).interval()))
      #expect(entry.k == 20 && entry.trainRows == 100 && entry.testRows == 60 && entry.folds == nil)
    }
  }

  @Test(arguments: [nil, 5]) func differencesAreOfTheSameRows(_ folds: Int?) throws {
    let comparison = try comparison(folds: folds)
    for method in [\Comparison.Entry.neighbors, \Comparison.Entry.probe] {
      let top = comparison.entries.map { $0[keyPath: method].top1 }.max()
      let best = try #require(comparison.entries.first { $0[keyPath: method].top1 == top })
      #expect(best[keyPath: method].difference == nil && best[keyPath: method].isBest)
      for entry in comparison.entries where entry.name != best.name {
        let difference = try #require(entry[keyPath: method].difference)
        #expect(difference == PairedDifference(best[keyPath: method].isRight, minus: entry[keyPath: method].isRight))
        #expect(abs(difference.value - (best[keyPath: method].top1 - entry[keyPath: method].top1)) < 1e-12)
      }
    }
    #expect(comparison.entries.allSatisfy { $0.testRows == (folds == nil ? 60 : 100) && $0.folds == folds })
  }

  /// Another file of the same images, in another order, is compared image by image; one of others is not.
  @Test func imagesAreFoundAgainByTheirIDs() throws {
    let matrix = FeatureMatrix(Matrix(rows: Self.count, columns: 4, values: values(0.7, seed: 1)), name: "x")
    let order = Array((0..<Self.count).reversed())
    let turned = FeatureMatrix(matrix.matrix(at: order), name: "x")
    func contender(
      _ name: String, _ matrix: FeatureMatrix, _ labels: [Int64], _ ids: [String]
    ) throws -> Comparison.Contender {
      Comparison.Contender(
        name, .single(try LabeledFeatures([matrix], labels: .single(labels), name: "all")),
        trainIDs: PackedStrings(ids))
    }
    let other = FeatureMatrix(Matrix(rows: Self.count, columns: 4, values: values(1.5, seed: 3)), name: "x")
    let comparison = try Comparison([
      try contender("one", matrix, labels, Array(ids)),
      try contender("turned", turned, order.map { labels[$0] }, order.map { ids[$0] }),
      try contender("others", other, labels, (0..<Self.count).map { "picture\($0)" }),
    ])
    let (one, turnedEntry, others) = (comparison.entries[0], comparison.entries[1], comparison.entries[2])
    // Divided alike, the same rows are right.
    #expect(one.folds == 5 && Array(turnedEntry.neighbors.isRight.reversed()) == one.neighbors.isRight)
    #expect(turnedEntry.neighbors.difference?.value == 0 && turnedEntry.neighbors.isBest)
    #expect(turnedEntry.neighbors.difference?.onlyFirst == 0)
    #expect(others.neighbors.difference == nil && !others.neighbors.isBest)
    #expect(comparison.table.rows.contains { $0.contains("other rows") })
  }

  @Test func tablesHoldEveryNumber() throws {
    let comparison = try comparison()
    let csv = comparison.csv(version: "9.9").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(csv.count == 4 && csv.allSatisfy { $0.count == csv[0].count })
    #expect(csv.dropFirst().map { String($0[0]) } == comparison.ranking.map(\.name) && csv[1].last == "9.9")
    let place = try #require(csv[0].firstIndex(of: "probe_top1"))
    #expect(csv[2][place] == "\(comparison.ranking[1].probe.top1)")
    let json = try #require(try JSONSerialization.jsonObject(with: comparison.json()) as? [String: Any])
    #expect(Set(json.keys) == ["results", "seed", "seconds"])
    let results = try #require(json["results"] as? [[String: Any]])
    let probe = try #require(results[2]["probe"] as? [String: Any])
    #expect(Set(probe.keys) == ["top1", "interval", "balanced_accuracy", "best", "difference"])
    #expect(probe["top1"] as? Double == comparison.ranking[2].probe.top1)
    let lines = comparison.markdown.split(separator: "\n")
    #expect(lines[0].hasPrefix("| features | columns |") && lines[2].hasPrefix("| good | 4 | **"))
    #expect(comparison.caption.contains("k = 20") && comparison.caption.contains("60 of test"))
  }

  @Test func latexIsEscaped() throws {
    let contender = Comparison.Contender("a_b & 100 %", try pair(values(0.3, seed: 1)), trainIDs: ids, testIDs: ids)
    let latex = try Comparison([contender]).latex
    #expect(latex.contains("a\\_b \\& 100 \\% & 4 & \\textbf{") && latex.contains("\\bottomrule"))
    #expect(latex.components(separatedBy: "\\\\\n").count == 3)
    // A comment must not run into the table.
    #expect(latex.hasPrefix("% ") && latex.split(separator: "\n")[1] == "\\begin{tabular}{lrrrrrrr}")
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    #expect(message { _ = try Comparison([]) }.contains("nothing to compare"))
    let one = try Rows.split(values(1, seed: 1), columns: 4, labels: labels.map { _ in 3 })
    #expect(message { _ = try Comparison([.init("one", .single(one))]) }.contains("all of class 3"))
    let none = try Rows.split(values(1, seed: 1), columns: 4, labels: labels.map { _ in -1 })
    #expect(message { _ = try Comparison([.init("none", .single(none))]) }.contains("all missing"))
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(
      message { _ = try Comparison([.init("x", try pair(values(1, seed: 1)))], cancellation: cancellation) }
        .contains("was stopped"))
  }
}
