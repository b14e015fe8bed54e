import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVEvaluation

/// Probes on features that are hard to fit, against scikit-learn's fits to convergence.
@Suite struct HardProbeTests {
  static let cases = ["conditioned", "collinear", "constant", "onehot", "classes", "few", "wide", "noise"]

  @Test(arguments: cases)
  func lossesAndAccuraciesAreThoseOfScikitLearn(_ name: String) throws {
    let train = try Rows.fixture("probe-hard", "\(name)_x", "\(name)_y")
    let test = try Rows.fixture("probe-hard", "\(name)_u", "\(name)_v", name: "test")
    let golden = try Fixture.array("probe-hard/\(name)_losses").values(as: Double.self)
    for place in 0..<4 {
      let row = Array(golden[4 * place..<4 * place + 4])
      let probe = try LinearProbe(lambdas: [row[0]]).fit(train)
      #expect(probe.converged && probe.gradientNorm <= 1e-4, "\(row[0]): \(probe.gradientNorm)")
      #expect(abs(probe.objective / row[1] - 1) < 1e-5, "\(row[0]): \(probe.objective) for \(row[1])")
      // One row of 200 may lie on a boundary to the last digits.
      #expect(abs(try probe.score(test).top1 - row[3]) < 0.0051, "\(row[0])")
    }
  }

  @Test(arguments: cases)
  func comparingPenaltiesOneAfterTheOtherIsAsComparingEachAlone(_ name: String) throws {
    let train = try Rows.fixture("probe-hard", "\(name)_x", "\(name)_y")
    let golden = try Fixture.array("probe-hard/\(name)_losses").values(as: Double.self)
    let settings = LinearProbe(lambdas: .logarithmic(1e-6...1, count: 13), dropsPenalties: false)
    let probe = try settings.fit(train)
    #expect(probe.candidates.allSatisfy { $0.ending == .settled || $0.ending == .converged })
    let all = settings.lambdas.values
    for lambda in [all[6], all[8], all[12]] {
      let alone = try LinearProbe(lambdas: [lambda * 1e9, lambda], dropsPenalties: false).fit(train)
      let (mine, other) = (probe.candidates.first { $0.lambda == lambda }, alone.candidates.first)
      // Of 8 to 60 held-out rows one may lie on a boundary.
      let (own, single) = (try #require(mine?.validationTop1), try #require(other?.validationTop1))
      let rows = Double(max(1, train.rows.count / 10))
      #expect(abs(own - single) < 1.01 / rows, "\(lambda): \(String(describing: mine)), \(String(describing: other))")
    }
    if let row = (0..<4).first(where: { abs(golden[4 * $0] / probe.lambda - 1) < 1e-9 }) {
      #expect(abs(probe.objective / golden[4 * row + 1] - 1) < 1e-5)
    }
  }

  /// Rows of `columns` values of which four tell the classes apart, so that weak penalties learn noise.
  private func noisy() throws -> LabeledFeatures {
    let columns = 60
    var generator = SeededGenerator(seed: 31)
    let labels = (0..<2000).map { Int64($0 % 3) }
    var values: [Float] = []
    for label in labels {
      for column in 0..<columns {
        let center: Double = column < 4 ? 0.5 * Double((Int(label) + column) % 3) : 0
        values.append(Float(center + generator.normal()))
      }
    }
    return try Rows.split(values, columns: columns, labels: labels)
  }

  @Test(arguments: [LinearProbe.Validation.fraction(0.4), .folds(3)])
  func penaltiesThatCannotWinAreLeftOut(_ validation: LinearProbe.Validation) throws {
    let lambdas = LambdaGrid.logarithmic(1e-9...1, count: 19)
    let train = try noisy()
    func fit(_ drops: Bool) throws -> FittedProbe {
      try LinearProbe(lambdas: lambdas, validation: validation, dropsPenalties: drops).fit(train)
    }
    let (some, all) = (try fit(true), try fit(false))
    #expect(all.candidates.allSatisfy { $0.validationTop1 != nil && $0.iterations != nil && $0.ending != nil })
    #expect(some.lambda == all.lambda && some.weights == all.weights)
    let left = some.candidates.filter { $0.ending == nil }
    #expect(!left.isEmpty && left.allSatisfy { $0.validationTop1 == nil && $0.gradientNorm == nil })
    // Those left out are the weakest, and the others are as if none were.
    #expect(some.candidates.prefix(left.count).allSatisfy { $0.ending == nil })
    #expect(Array(some.candidates.dropFirst(left.count)) == Array(all.candidates.dropFirst(left.count)))
    let last = some.candidates[left.count..<left.count + 3]
    #expect(last.allSatisfy { $0.lambda < some.lambda })
  }

  @Test func progressGrowsAndEndsWhole() throws {
    let told = Told()
    _ = try LinearProbe(lambdas: .logarithmic(1e-9...1, count: 19), validation: .fraction(0.4)).fit(try noisy()) {
      told.add($0)
    }
    let all = told.all
    #expect(all.count > 20 && zip(all, all.dropFirst()).allSatisfy { $0.done <= $1.done })
    #expect(all.dropLast().allSatisfy { $0.done < $0.total } && all.last.map { $0.done == $0.total } == true)
  }

  @Test func ofVeryManyRowsAPartIsCompared() throws {
    // ImageNet's: 1,153,050 rows to learn from, 2,048 columns, 1,000 classes.
    let part = try #require(ProbeFit.part(of: 1_153_050, columns: 2048, 1000))
    #expect((100_000..<150_000).contains(part))
    #expect(ProbeFit.part(of: 50_000, columns: 15_552, 10) == nil)
    #expect(ProbeFit.part(of: 9144, columns: 4356, 102) == nil)
    let train = try noisy()
    let settings = LinearProbe(lambdas: [0.1, 100])
    let fit = try ProbeFit(settings: settings, train: train, comparedWork: 0).fit()
    #expect(fit.trainRows == 2000 && fit.converged)
    #expect(fit.lambda == (try settings.fit(train)).lambda)
  }

  @Test func curvatureIsTheSlopeOfTheGradient() throws {
    let (values, labels) = Rows.clusters(900, columns: 6, classes: 3, seed: 12)
    let split = try Rows.split(values, columns: 6, labels: labels)
    let data = try ProbeData(
      reader: RowReader(split, rows: Array(0..<900)), labels: labels.map { Int32($0) }, scaling: .standardized,
      threads: 2)
    let objective = ProbeObjective(data: data, classes: 3, ranges: [0..<500, 600..<900], classWeights: [1, 2, 0.5])
    var generator = SeededGenerator(seed: 13)
    let point = WorkBuffer<Double>(21, repeating: 0)
    for index in 0..<21 { point.pointer[index] = 0.5 * generator.normal() }
    let grams = try SerialBLAS.run { () throws(MVError) in
      try objective.curvature(at: point, rows: 900, byClass: true)
    }
    func gradient(_ index: Int, _ step: Double) throws -> [Double] {
      let moved = WorkBuffer<Double>(21, repeating: 0)
      moved.pointer.update(from: point.pointer, count: 21)
      moved.pointer[index] += step
      let result = WorkBuffer<Double>(21, repeating: 0)
      _ = try SerialBLAS.run { () throws(MVError) in
        try objective.evaluate([UnsafePointer(moved.pointer)], gradients: result)
      }
      return result.array
    }
    for label in 0..<3 {
      let gram = grams[label]
      func slopes(_ index: Int) throws -> [Double] {
        zip(try gradient(index, 1e-2), try gradient(index, -1e-2)).map { ($0 - $1) / 2e-2 }
      }
      #expect(abs(try slopes(18 + label)[18 + label] - gram.total) < 1e-4)
      for row in 0..<6 {
        let own = try slopes(label * 6 + row)
        #expect(abs(own[18 + label] - gram.total * gram.center.pointer[row]) < 1e-4)
        for column in 0...row {
          let moment = Double(gram.values[0].pointer[row * 6 + column])
          let whole = moment + gram.total * gram.center.pointer[row] * gram.center.pointer[column]
          #expect(abs(own[label * 6 + column] - whole) < 1e-4)
        }
      }
    }
  }

  @Test func probesThatSayLessAreRead() throws {
    let candidate = try JSONDecoder().decode(
      FittedProbe.Candidate.self, from: Data(#"{"lambda": 1, "validationTop1": 0.5}"#.utf8))
    #expect(candidate.validationTop1 == 0.5 && candidate.ending == nil && candidate.iterations == nil)
  }
}

/// What a fit told of its progress.
private final class Told: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [RunProgress] = []
  func add(_ value: RunProgress) { lock.withLock { values.append(value) } }
  var all: [RunProgress] { lock.withLock { values } }
}
