import MVCore
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

@Suite struct MultiViewLossTests {
  typealias Golden = DistanceCorrelationTests

  func representations(
    _ targets: [Matrix], _ weights: [Double], _ estimator: DistanceEstimator
  ) throws -> [MultiViewLoss.Representation] {
    try zip(targets, weights).enumerated().map { index, pair in
      MultiViewLoss.Representation(
        name: "r\(index)", weight: pair.1, distances: try CenteredDistances(of: pair.0, estimator: estimator))
    }
  }

  @Test(arguments: DistanceEstimator.allCases, [false, true]) func termsAndGradientsAreThoseOfPyTorch(
    _ estimator: DistanceEstimator, _ released: Bool
  ) throws {
    let loss = MultiViewLoss(
      mseWeight: 1, deviationWeight: 0.7, viewsWeight: 1.3, estimator: estimator, releasedSign: released)
    let z0 = try Tensor(Golden.golden("z0"))
    let z = try Tensor(Golden.golden("z"))
    try z0.setRequiresGradient(true)
    try z.setRequiresGradient(true)
    let targets = [try Golden.golden("narrow"), try Golden.golden("wide")]
    let (value, terms) = try loss(
      plain: z0, augmented: z, representations: representations(targets, [0.5, 2], estimator))
    let name = "loss/\(estimator.rawValue)_\(released ? "released" : "paper")"
    let expected = try Fixture.floats("\(name)_terms")
    let prefix = released ? "dcor" : "1-dcor"
    #expect(terms.names == ["mse", "std", "1-dcor_zz", "\(prefix)_r0", "\(prefix)_r1"])
    #expect(largestDifference([Float(terms.total)] + terms.values.map(Float.init), expected) < 1e-5)
    #expect(abs(try value.scalar() - expected[0]) < 1e-5)
    try value.scaled(by: 3).backward()
    let own = try #require(try z0.gradient()).values() + #require(try z.gradient()).values()
    let gradients = try Fixture.floats("\(name)_gradients").map { 3 * $0 }
    #expect(largestDifference(own, gradients) < 1e-4 * (gradients.map(abs).max() ?? 0))
  }

  @Test func theGradientIsTheSlopeOfTheValue() throws {
    let loss = MultiViewLoss(embeddingScale: 1)
    let plain = Golden.rows(10, 4, seed: 20)
    let augmented = Golden.rows(10, 4, seed: 21)
    let targets = try representations([Golden.rows(10, 6, seed: 22)], [1.5], .biased)
    func value(_ z: Matrix) throws -> Double {
      try loss(plain: Tensor(plain), augmented: Tensor(z), representations: targets).terms.total
    }
    let z = try Tensor(augmented)
    try z.setRequiresGradient(true)
    try loss(plain: Tensor(plain), augmented: z, representations: targets).loss.backward()
    let gradient = try #require(try z.gradient()).values()
    for place in stride(from: 0, to: 40, by: 7) {
      var (up, down) = (augmented, augmented)
      up.values[place] += 0.01
      down.values[place] -= 0.01
      #expect(abs((try value(up) - value(down)) / 0.02 - Double(gradient[place])) < 2e-4)
    }
  }

  @Test(arguments: [2, 6]) func degenerateBatchesAreFinite(_ rows: Int) throws {
    let constant = Matrix(rows: rows, columns: 3, values: [Float](repeating: 2, count: rows * 3))
    let varied = Golden.rows(rows, 3, seed: 30)
    for (first, second, target) in [
      (constant, constant, varied), (constant, varied, constant), (varied, varied, constant),
    ] {
      let z0 = try Tensor(first)
      let z = try Tensor(second)
      try z0.setRequiresGradient(true)
      try z.setRequiresGradient(true)
      let (value, terms) = try MultiViewLoss()(
        plain: z0, augmented: z, representations: representations([target], [1], .biased))
      #expect(terms.firstNotFinite == nil)
      try value.backward()
      #expect(try #require(try z0.gradient()).isFinite())
      #expect(try #require(try z.gradient()).isFinite())
    }
  }

  @Test func aNaNIsNamed() throws {
    var broken = Golden.rows(6, 3, seed: 31)
    broken[0, 0] = .nan
    let good = try Tensor(Golden.rows(6, 3, seed: 32))
    let targets = try representations([broken], [1], .biased)
    #expect(
      try MultiViewLoss()(plain: good, augmented: good, representations: targets).terms.firstNotFinite == "1-dcor_r0")
    #expect(try MultiViewLoss()(plain: good, augmented: Tensor(broken)).terms.firstNotFinite == "mse")
  }

  @Test func viewsOfDifferentShapeAreAnError() throws {
    #expect(throws: MVError.self) {
      _ = try MultiViewLoss()(
        plain: Tensor(Golden.rows(6, 3, seed: 1)), augmented: Tensor(Golden.rows(6, 4, seed: 1)))
    }
  }
}
