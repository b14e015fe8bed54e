import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite struct DistanceCorrelationTests {
  static func rows(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(generator.normal()) })
  }

  static func golden(_ name: String) throws -> Matrix {
    let array = try Fixture.array("loss/\(name)")
    return Matrix(rows: array.shape[0], columns: array.shape[1], values: try array.values(as: Float.self))
  }

  func value(_ x: Matrix, _ y: Matrix, _ estimator: DistanceEstimator = .biased) throws -> Float {
    try Tensor(x).distanceCorrelation(with: Tensor(y), estimator: estimator).scalar()
  }

  @Test(arguments: DistanceEstimator.allCases) func valueAndGradientsAreThoseOfPyTorch(
    _ estimator: DistanceEstimator
  ) throws {
    let x = try Tensor(Self.golden("z0"))
    let y = try Tensor(Self.golden("z"))
    try x.setRequiresGradient(true)
    try y.setRequiresGradient(true)
    let result = try x.distanceCorrelation(with: y, estimator: estimator)
    let expected = try Fixture.floats("loss/dcor_\(estimator.rawValue)")[0]
    #expect(abs(try result.scalar() - expected) < 1e-6)
    try result.backward()
    let gradients = try Fixture.floats("loss/dcor_\(estimator.rawValue)_gradients")
    let own = try #require(try x.gradient()).values() + #require(try y.gradient()).values()
    let largest = gradients.map(abs).max() ?? 0
    #expect(largestDifference(own, gradients) < 1e-4 * largest)
  }

  @Test func aSideWithoutAGradientChangesNothing() throws {
    // So wide that such a side is taken a few columns at a time, and off the origin.
    let wide = Self.rows(70, 5000, seed: 31)
    let y = Matrix(rows: 70, columns: 5000, values: wide.values.map { $0 + 3 })
    func result(gradientOfY: Bool, times factor: Double = 1) throws -> (value: Float, x: [Float], y: [Float]?) {
      let (x, y) = (try Tensor(Self.rows(70, 40, seed: 30)), try Tensor(y))
      try x.setRequiresGradient(true)
      try y.setRequiresGradient(gradientOfY)
      let value = try x.distanceCorrelation(with: y)
      try value.scaled(by: factor).backward()
      return (try value.scalar(), try #require(try x.gradient()).values(), try y.gradient()?.values())
    }
    let (both, one) = (try result(gradientOfY: true), try result(gradientOfY: false))
    #expect(both.y != nil && one.y == nil)
    #expect(abs(both.value - one.value) < 1e-5)
    let largest = both.x.map(abs).max() ?? 0
    #expect(largest > 0 && largestDifference(both.x, one.x) < 1e-4 * largest)
    let tripled = try result(gradientOfY: false, times: 3)
    #expect(largestDifference(tripled.x, one.x.map { 3 * $0 }) < 1e-6 * largest)
  }

  @Test func gradientsAreGivenOnce() throws {
    let x = try Tensor(Self.rows(8, 3, seed: 32))
    try x.setRequiresGradient(true)
    let value = try x.distanceCorrelation(with: Tensor(Self.rows(8, 3, seed: 33)))
    try value.backward()
    #expect(throws: MVError.self) { try value.backward() }
  }

  @Test(arguments: DistanceEstimator.allCases) func translationRotationAndScaleDoNotMatter(
    _ estimator: DistanceEstimator
  ) throws {
    let x = Self.rows(12, 2, seed: 1)
    let y = Self.rows(12, 5, seed: 2)
    let plain = try value(x, y, estimator)
    #expect(abs(plain) > 0.01)
    var moved = x
    for row in 0..<12 {
      // Turned by 0.6 radians, then moved.
      moved[row, 0] = 0.825336 * x[row, 0] - 0.564642 * x[row, 1] + 7
      moved[row, 1] = 0.564642 * x[row, 0] + 0.825336 * x[row, 1] - 3
    }
    #expect(abs(try value(moved, y, estimator) - plain) < 2e-5)
    #expect(abs(try value(y, moved, estimator) - plain) < 2e-5)
    // The clamp on the diagonal is the one thing that sees the scale.
    let scaled = Matrix(rows: 12, columns: 2, values: x.values.map { $0 * 30 })
    #expect(abs(try value(scaled, y, estimator) - plain) < 5e-3)
  }

  @Test func itIsOneForASimilarSideAndSmallForAnIndependentOne() throws {
    let x = Self.rows(60, 3, seed: 3)
    let similar = Matrix(rows: 60, columns: 3, values: x.values.map { 5 - 2 * $0 })
    #expect(abs(try value(x, similar) - 1) < 1e-3)
    #expect(abs(try value(x, similar, .unbiased) - 1) < 1e-3)
    let other = Self.rows(60, 3, seed: 4)
    #expect(try value(x, other) > 0.1)
    #expect(abs(try value(x, other, .unbiased)) < 0.15)
  }

  @Test func wideRowsAreAsExactAsNarrowOnes() throws {
    // 1,200 columns of which 1,197 are constant and large: the distances are those of three columns.
    let narrow = Self.rows(70, 3, seed: 5)
    var wide = Matrix(rows: 70, columns: 1200, values: [Float](repeating: 50, count: 70 * 1200))
    for row in 0..<70 { for column in 0..<3 { wide[row, 400 * column] = narrow[row, column] } }
    let other = Self.rows(70, 4, seed: 6)
    #expect(abs(try value(wide, other) - value(narrow, other)) < 1e-5)
  }

  @Test(arguments: DistanceEstimator.allCases) func equalRowsGiveZeroAndNoGradient(
    _ estimator: DistanceEstimator
  ) throws {
    let x = try Tensor([Float](repeating: 3, count: 24), shape: [6, 4])
    let y = try Tensor(Self.rows(6, 4, seed: 7))
    try x.setRequiresGradient(true)
    try y.setRequiresGradient(true)
    let result = try x.distanceCorrelation(with: y, estimator: estimator)
    #expect(try result.scalar() == 0)
    try result.backward()
    #expect(try x.gradient()?.values() == [Float](repeating: 0, count: 24))
    #expect(try y.gradient()?.values() == [Float](repeating: 0, count: 24))
  }

  @Test func twoRowsAreFullyDependentAndFinite() throws {
    let x = try Tensor(Self.rows(2, 3, seed: 8))
    try x.setRequiresGradient(true)
    let result = try x.distanceCorrelation(with: Tensor(Self.rows(2, 5, seed: 9)))
    #expect(abs(try result.scalar() - 1) < 1e-6)
    try result.backward()
    #expect(try #require(try x.gradient()).isFinite())
  }

  @Test func wrongCountsOfRowsAreErrors() throws {
    let x = try Tensor(Self.rows(3, 2, seed: 1))
    #expect(throws: MVError.self) { _ = try x.distanceCorrelation(with: Tensor(Self.rows(4, 2, seed: 1))) }
    #expect(throws: MVError.self) { _ = try x.distanceCorrelation(with: x, estimator: .unbiased) }
    #expect(throws: MVError.self) { _ = try CenteredDistances(of: Self.rows(1, 2, seed: 1)) }
  }

  @Test func aNaNStaysOne() throws {
    var x = Self.rows(6, 3, seed: 10)
    x[2, 1] = .nan
    #expect(try value(x, Self.rows(6, 3, seed: 11)).isNaN)
  }
}
