import Foundation
import MVCore
import MVStore
import Testing

@testable import MVEvaluation

/// Labels that are numbers of another register: far apart, and as large as a file can hold.
@Suite struct LabelGapTests {
  private static let columns = 4
  private let values: [Float]
  private let labels: [Int64]

  init() { (values, labels) = Rows.clusters(120, columns: Self.columns, classes: 3, seed: 6, spread: 0.6) }

  /// The split with class i called `names[i]`.
  private func split(_ names: [Int64]) throws -> LabeledFeatures {
    try Rows.split(values, columns: Self.columns, labels: labels.map { names[Int($0)] })
  }

  private static let registers: [[Int64]] = [
    [3, 70_000, 999_999], [1_440_764, 7_747_607, 15_075_141], [0, 2_147_483_647, 4_294_967_296], [1, .max - 1, .max],
  ]

  @Test(arguments: registers) func neighborsVoteForTheSameRows(_ register: [Int64]) throws {
    let classifier = NearestNeighbors(k: [1, 5], temperatures: [0.07, 0.5])
    let plain = try classifier.evaluate(leavingOneOut: split([0, 1, 2]))
    let scores = try classifier.evaluate(leavingOneOut: split(register))
    #expect(scores.labels == register && scores.classCount == 3)
    for (result, other) in zip(scores.results, plain.results) {
      #expect(result.top1 == other.top1 && result.top5 == other.top5)
      #expect(result.predictions == other.predictions.map { register[Int($0)] })
    }
    let report = try scores.report(of: scores.results[0])
    #expect(report.labels == register && report.confusion.count <= 9)
    #expect(report.confusion.reduce(0) { $0 + $1.count } == 120)
    #expect(try ResultTable.csv(scores).contains("class_rows,\(register[2]),,"))
  }

  @Test(arguments: registers) func probesPredictTheSameRows(_ register: [Int64]) throws {
    let plain = try LinearProbe(lambdas: [0.01, 0.1]).fit(split([0, 1, 2])).score(split([0, 1, 2]))
    let probe = try LinearProbe(lambdas: [0.01, 0.1]).fit(split(register))
    let scores = try probe.score(split(register))
    #expect(probe.classes == register && scores.labels == register)
    #expect(scores.predictions == plain.predictions.map { register[Int($0)] })
    let json = try #require(
      try JSONSerialization.jsonObject(with: probe.json(scores)) as? [String: Any])
    #expect((json["per_class"] as? [[String: Any]])?.map { $0["class"] as? String } == register.map { "\($0)" })
    let protocols = try ProtocolProbe(.vicreg, learningRates: [0.02, 0.2]).fit(split(register))
    #expect(try protocols.probe.score(split(register)).report().labels == register)
    #expect(try protocols.json(scores).count < 20_000)
  }

  /// Of equal votes the lower class wins, and of classes without a vote the lower ones stand first.
  @Test func tiesGoToTheLowerClass() throws {
    let ballot = Ballot(
      NearestNeighbors(k: [2], weighting: .majority), numbers: [4, 2], classCount: 9)
    let ranked = [RankedRow(position: 0, value: 1), RankedRow(position: 1, value: 0.5)]
    func outcome(of truth: Int, k: Int = 2) -> (Int, Bool) {
      var found = (-1, false)
      ranked.withUnsafeBufferPointer { ranked in
        ballot.count(ranked, truth: truth) { _, best, isInTop5 in found = (best, isInTop5) }
      }
      return found
    }
    #expect(outcome(of: 2) == (2, true) && outcome(of: 4) == (2, true))
    // min(5, k) = 2 classes count, and both have a vote.
    #expect(outcome(of: 0) == (2, false))
  }

  @Test func foldsAndSubsetsTakeAnyLabel() throws {
    let split = try split([7, 1 << 40, .max])
    let part = try LabelSubset.fraction(0.25, seed: 1).select(from: split) { [] }
    #expect(part.rows.count == 30 || abs(part.rows.count - 30) <= 2)
    let folded = try LinearProbe(lambdas: [0.01, 0.1], validation: .folds(3)).fit(split)
    #expect(folded.classes == [7, 1 << 40, .max])
  }
}
