import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVEvaluation

/// The distance correlation without libtorch: PyTorch's numbers, and what must hold of any.
struct DistanceCorrelationTests {
  static func rows(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(generator.normal()) })
  }

  static func golden(_ name: String) throws -> Matrix {
    let array = try Fixture.array("loss/\(name)")
    return Matrix(rows: array.shape[0], columns: array.shape[1], values: try array.values(as: Float.self))
  }

  /// The value, and the gradients that are asked for.
  static func derive(
    _ x: Matrix, _ y: Matrix, _ estimator: DependenceEstimator = .biased, threads: Int = 2, ofY: Bool = true
  ) throws -> (value: Double, x: [Float], y: [Float]) {
    var (a, b) = ([Float](repeating: .nan, count: x.values.count), [Float](repeating: .nan, count: y.values.count))
    let correlation = DistanceCorrelation(estimator: estimator, threads: threads)
    let value = try x.values.withUnsafeBufferPointer { one in
      try y.values.withUnsafeBufferPointer { other in
        try a.withUnsafeMutableBufferPointer { a in
          try b.withUnsafeMutableBufferPointer { b in
            try correlation.value(
              .init(one.baseAddress!, count: x.rows, columns: x.columns),
              .init(other.baseAddress!, count: y.rows, columns: y.columns), gradientOfX: a.baseAddress,
              gradientOfY: ofY ? b.baseAddress : nil)
          }
        }
      }
    }
    return (value, a, b)
  }

  @Test(arguments: DependenceEstimator.allCases) func valueAndGradientsAreThoseOfPyTorch(
    _ estimator: DependenceEstimator
  ) throws {
    let own = try Self.derive(Self.golden("z0"), Self.golden("z"), estimator)
    #expect(abs(own.value - Double(try Fixture.floats("loss/dcor_\(estimator.rawValue)")[0])) < 1e-6)
    let gradients = try Fixture.floats("loss/dcor_\(estimator.rawValue)_gradients")
    #expect(largestDifference(own.x + own.y, gradients) < 1e-4 * (gradients.map(abs).max() ?? 0))
  }

  @Test(arguments: DependenceEstimator.allCases, [false, true]) func theLossIsThatOfPyTorch(
    _ estimator: DependenceEstimator, _ released: Bool
  ) throws {
    var loss = MultiViewObjective()
    (loss.deviationWeight, loss.viewsWeight, loss.releasedSign) = (0.7, 1.3, released)
    loss.correlation = DistanceCorrelation(estimator: estimator, threads: 2)
    let matrices = try ["z0", "z", "narrow", "wide"].map { try Self.golden($0) }
    var ofPlain = [Float](repeating: .nan, count: matrices[0].values.count)
    var ofAugmented = ofPlain
    let value = try Self.withRows(matrices) { rows in
      try ofPlain.withUnsafeMutableBufferPointer { plain in
        try ofAugmented.withUnsafeMutableBufferPointer { augmented in
          try loss(
            plain: rows[0], augmented: rows[1], representations: [(rows[2], 0.5), (rows[3], 2)],
            gradientOfPlain: plain.baseAddress, gradientOfAugmented: augmented.baseAddress)
        }
      }
    }
    let name = "loss/\(estimator.rawValue)_\(released ? "released" : "paper")"
    #expect(
      largestDifference(([value.total] + value.terms).map { Float($0) }, try Fixture.floats("\(name)_terms")) < 1e-5)
    let expected = try Fixture.floats("\(name)_gradients")
    #expect(largestDifference(ofPlain + ofAugmented, expected) < 1e-4 * (expected.map(abs).max() ?? 0))
  }

  private static func withRows<Result>(
    _ matrices: [Matrix], _ done: [DistanceCorrelation.Rows] = [],
    _ body: ([DistanceCorrelation.Rows]) throws -> Result
  ) throws -> Result {
    guard done.count < matrices.count else { return try body(done) }
    let matrix = matrices[done.count]
    return try matrix.values.withUnsafeBufferPointer { values in
      try withRows(
        matrices, done + [.init(values.baseAddress!, count: matrix.rows, columns: matrix.columns)], body)
    }
  }

  @Test func theGradientIsTheSlopeOfTheValue() throws {
    let (x, y) = (Self.rows(14, 5, seed: 1), Self.rows(14, 3, seed: 2))
    for estimator in DependenceEstimator.allCases {
      let own = try Self.derive(x, y, estimator)
      for place in stride(from: 0, to: x.values.count, by: 9) {
        var (up, down) = (x, x)
        up.values[place] += 0.01
        down.values[place] -= 0.01
        let slope = (try Self.derive(up, y, estimator).value - Self.derive(down, y, estimator).value) / 0.02
        #expect(abs(slope - Double(own.x[place])) < 2e-4)
      }
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    // So wide that there are many blocks of columns, and off the origin.
    let wide = Self.rows(70, 9000, seed: 3)
    let x = Matrix(rows: 70, columns: 9000, values: wide.values.map { $0 + 3 })
    let y = Self.rows(70, 40, seed: 4)
    let one = try Self.derive(x, y, threads: 1)
    for threads in [2, 5] {
      let other = try Self.derive(x, y, threads: threads)
      #expect(other.value == one.value && other.x == one.x && other.y == one.y)
    }
    // A gradient that nobody asks for changes nothing, and is not written.
    let half = try Self.derive(x, y, ofY: false)
    #expect(half.x == one.x && half.y.allSatisfy(\.isNaN))
    // Distances do not see where the rows lie.
    #expect(abs(try Self.derive(wide, y).value - one.value) < 1e-5)
  }

  @Test(arguments: DependenceEstimator.allCases) func equalRowsGiveZeroAndNoGradient(
    _ estimator: DependenceEstimator
  ) throws {
    let equal = Matrix(rows: 6, columns: 4, values: [Float](repeating: 3, count: 24))
    let own = try Self.derive(equal, Self.rows(6, 4, seed: 5), estimator)
    #expect(own.value == 0 && (own.x + own.y).allSatisfy { $0 == 0 })
  }

  @Test func aSimilarSideGivesOneAndNotANumberStaysOne() throws {
    let x = Self.rows(60, 3, seed: 6)
    let similar = Matrix(rows: 60, columns: 3, values: x.values.map { 5 - 2 * $0 })
    #expect(abs(try DistanceCorrelation()(x, similar) - 1) < 1e-3)
    var broken = x
    broken.values[7] = .nan
    #expect(try DistanceCorrelation()(broken, x).isNaN)
  }

  @Test func tooFewOrOtherRowsAreRefused() {
    for (estimator, rows) in [(DependenceEstimator.biased, 1), (.unbiased, 3)] {
      let x = Self.rows(rows, 2, seed: 7)
      #expect(failure { _ = try DistanceCorrelation(estimator: estimator)(x, x) }?.kind == .usage)
    }
    #expect(
      failure { _ = try DistanceCorrelation()(Self.rows(5, 2, seed: 8), Self.rows(6, 2, seed: 9)) }?.kind == .usage)
  }
}
