import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVEvaluation

/// Probes of fewer rows than columns, and of weighted classes, against scikit-learn.
@Suite struct WideProbeTests {
  private func split(columns: Int) throws -> LabeledFeatures {
    let array = try Fixture.array("wide/x")
    let (rows, width) = (array.shape[0], array.shape[1])
    let values = try array.values(as: Float.self)
    let cut = (0..<rows).flatMap { values[$0 * width..<$0 * width + columns] }
    return try Rows.split(cut, columns: columns, labels: try Fixture.array("wide/y").values(as: Int64.self))
  }

  @Test(arguments: 0..<3)
  func fewerRowsThanColumns(_ place: Int) throws {
    let golden = try Fixture.array("wide/losses").values(as: Double.self)
    let (lambda, objective, loss) = (golden[3 * place], golden[3 * place + 1], golden[3 * place + 2])
    let train = try split(columns: 200)
    // Alone, the fit is made on the columns; among others, it starts from the space of the rows.
    let tiny = lambda * 1e-9
    for lambdas in [LambdaGrid([lambda]), LambdaGrid([tiny, lambda])] {
      let probe = try LinearProbe(lambdas: lambdas, gradientNorm: 1e-7).fit(train)
      guard probe.lambda == lambda else {
        Issue.record("the larger lambda wins ties: \(probe.candidates)")
        continue
      }
      #expect(abs(probe.objective / objective - 1) < 1e-6, "\(probe.objective) for \(objective)")
      // The loss alone moves with the weights in first order: by |w| times what is left of the gradient.
      #expect(abs(probe.trainLoss - loss) < 1e-6, "\(probe.trainLoss) for \(loss)")
    }
  }

  @Test(arguments: 0..<3)
  func rowSpaceKeepsTheLoss(_ place: Int) throws {
    let golden = try Fixture.array("wide/losses").values(as: Double.self)
    let train = try split(columns: 200)
    let labels = try train.classes()
    let data = try ProbeData(
      reader: RowReader(train, rows: train.rows), labels: labels.map { Int32($0) }, scaling: .standardized, threads: 2)
    let space = try #require(try RowSpace(of: data))
    #expect(space.data.columns < 60)
    // The same penalty in the space of the rows has the same least loss.
    let rows = (0..<60).flatMap { row in
      Array(
        UnsafeBufferPointer(
          start: space.data.tile(row..<row + 1, scratch: space.data.makeScratch()),
          count: space.data.columns))
    }
    let reduced = try Rows.split(rows, columns: space.data.columns, labels: labels)
    let probe = try LinearProbe(lambdas: [golden[3 * place]], standardize: false, gradientNorm: 1e-7).fit(reduced)
    #expect(abs(probe.objective / golden[3 * place + 1] - 1) < 1e-5, "\(probe.objective)")
  }

  /// Weights so large that every row is sure have a small gradient, too, where nothing but a weak penalty holds them.
  @Test(arguments: [1e-10, 1e-11, 1e-12], 0..<4 as Range<UInt64>)
  func aWeakPenaltyAloneEndsWhereOthersLead(_ lambda: Double, _ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let labels = (0..<80).map { Int64($0 % 5) }
    let means = (0..<5 * 300).map { _ in 0.15 * generator.normal() }
    let values = labels.flatMap { label in
      (0..<300).map { Float(means[Int(label) * 300 + $0] + generator.normal()) }
    }
    let train = try Rows.split(values, columns: 300, labels: labels)
    let probe = try LinearProbe(lambdas: [lambda]).fit(train)
    // The minimum is 50 to 120 times the penalty: weights grow as its logarithm.
    #expect(probe.objective < 300 * lambda, "\(probe.objective) after \(probe.iterations) passes")
  }

  @Test func rowsChangePlacesWithinTheirPart() throws {
    let train = try split(columns: 200)
    let labels = try train.classes()
    let data = try ProbeData(
      reader: RowReader(train, rows: train.rows), labels: labels.map { Int32($0) }, scaling: .standardized, threads: 2)
    let parts = [0..<40, 40..<60]
    let space = try #require(try RowSpace(of: data, parts: parts))
    func norm(_ data: ProbeData, _ row: Int) -> Float {
      let values = data.tile(row..<row + 1, scratch: data.makeScratch())
      return (0..<data.columns).reduce(0) { $0 + values[$1] * values[$1] }
    }
    for part in parts {
      let before = part.map { (data.labels[$0], norm(data, $0)) }.sorted { $0.1 < $1.1 }
      let after = part.map { (space.data.labels[$0], norm(space.data, $0)) }.sorted { $0.1 < $1.1 }
      for (old, new) in zip(before, after) {
        #expect(old.0 == new.0)
        #expect(abs(old.1 / new.1 - 1) < 1e-4)
      }
      let extents = part.map { space.data.extent([$0]) }
      #expect(extents == extents.sorted())
      for row in part {
        let values = space.data.tile(row..<row + 1, scratch: space.data.makeScratch())
        #expect((space.data.extent([row])..<space.data.columns).allSatisfy { values[$0] == 0 })
      }
    }
    #expect(space.data.extent(0..<60) == space.data.columns)
  }

  @Test(arguments: 0..<3)
  func balancedClasses(_ place: Int) throws {
    let golden = try Fixture.array("wide/balanced").values(as: Double.self)
    let probe = try LinearProbe(lambdas: [golden[3 * place]], classWeights: .balanced, gradientNorm: 1e-7)
      .fit(try split(columns: 10))
    #expect(abs(probe.objective / golden[3 * place + 1] - 1) < 1e-6)
    #expect(abs(probe.trainLoss / golden[3 * place + 2] - 1) < 1e-5)
    let plain = try LinearProbe(lambdas: [golden[3 * place]], gradientNorm: 1e-7).fit(try split(columns: 10))
    #expect(abs(plain.objective / golden[3 * place + 1] - 1) > 1e-3, "weights matter here")
  }
}
