import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// The criteria between views: against lightly's own code, by their closed forms, and by what leaves them unchanged.
@Suite struct ViewLossTests {
  typealias Rows = DistanceCorrelationTests

  static let criteria: [String: any PairCriterion] = [
    "simclr_0.1": ContrastiveLoss(), "simclr_0.5": ContrastiveLoss(temperature: 0.5),
    "vicreg": VarianceCovarianceLoss(),
    "vicreg_3_5_7": VarianceCovarianceLoss(invariance: 3, variance: 5, covariance: 7),
    "barlow": CrossCorrelationLoss(), "barlow_0.7": CrossCorrelationLoss(offDiagonal: 0.7),
  ]

  /// Both embeddings of 24 images, 40 columns `wide` or 12 `narrow`.
  static func views(_ kind: String) throws -> [Matrix] {
    let array = try Fixture.array("view-losses/\(kind)_views")
    let (rows, columns) = (array.shape[1], array.shape[2])
    let values = try array.values(as: Float.self)
    return [0, 1].map {
      Matrix(rows: rows, columns: columns, values: Array(values[$0 * rows * columns..<($0 + 1) * rows * columns]))
    }
  }

  static func tensors(_ views: [Matrix]) throws -> [Tensor] {
    try views.map {
      let tensor = try Tensor($0)
      try tensor.setRequiresGradient(true)
      return tensor
    }
  }

  static func gradients(_ tensors: [Tensor]) throws -> [Float] {
    try tensors.flatMap { try #require(try $0.gradient()).values() }
  }

  private func isClose(_ own: [Float], _ expected: [Float], within share: Float = 2e-5) -> Bool {
    largestDifference(own, expected) <= share * (expected.map(abs).max() ?? 0)
  }

  @Test(arguments: ["wide", "narrow"], criteria.keys.sorted())
  func valuesAndGradientsAreThoseOfLightly(_ kind: String, _ name: String) throws {
    let criterion = try #require(Self.criteria[name])
    let tensors = try Self.tensors(Self.views(kind))
    let result = try criterion.pair(tensors[0], tensors[1])
    let expected = try Fixture.floats("view-losses/\(kind)_\(name)")
    let value = try result.loss.scalar()
    #expect(isClose([value], expected) && isClose([Float(result.total)], expected))
    // As a part of a larger loss, which multiplies its gradient.
    try result.loss.scaled(by: 3).backward()
    let gradients = try Fixture.floats("view-losses/\(kind)_\(name)_gradients").map { 3 * $0 }
    #expect(isClose(try Self.gradients(tensors), gradients, within: 1e-4))
    guard criterion.kind != .simclr else { return }
    let terms = try Fixture.floats("view-losses/\(kind)_\(criterion.kind.rawValue)_terms")
    #expect(isClose(result.values.map(Float.init), terms, within: 1e-5))
  }

  @Test(arguments: ["wide", "narrow"]) func representationsStandBesideACriterion(_ kind: String) throws {
    let loss = TrainingLoss(
      MultiViewLoss(representsBoth: true), criterion: ContrastiveLoss(temperature: 0.5), weight: 3)
    let targets = [try Rows.golden("narrow"), try Rows.golden("wide")]
    let representations = try zip(["r0", "r1"], zip(targets, [0.5, 2])).map { name, pair in
      MultiViewLoss.Representation(name: name, weight: pair.1, distances: try CenteredDistances(of: pair.0))
    }
    let tensors = try Self.tensors(Self.views(kind))
    let (value, terms) = try loss(
      ViewEmbeddings(first: tensors[0], second: tensors[1]), representations: representations)
    #expect(terms.names == ["nt_xent", "1-dcor_r0", "1-dcor_r1", "1-dcor_r0.second", "1-dcor_r1.second"])
    let expected = try Fixture.floats("view-losses/\(kind)_beside")
    let number = try value.scalar()
    #expect(isClose([number], expected) && isClose([Float(terms.total)], expected))
    let sum = zip([3, 0.5, 2, 0.5, 2], terms.values).map { $0 * $1 }.reduce(0, +)
    #expect(abs(sum - terms.total) < 1e-9 * abs(sum))
    try value.backward()
    #expect(
      isClose(try Self.gradients(tensors), try Fixture.floats("view-losses/\(kind)_beside_gradients"), within: 1e-4))
  }

  /// MV-MR's own terms with both views: those of one view, and those of the other one with the views exchanged.
  @Test func bothViewsOfThePublishedLossDependOnRepresentations() throws {
    let targets = [Rows.rows(24, 9, seed: 41)]
    func result(_ both: Bool, exchanged: Bool = false, onlyRepresentations: Bool = false) throws -> (LossTerms, [Float])
    {
      let representations = try targets.map {
        MultiViewLoss.Representation(name: "hog", weight: 1.5, distances: try CenteredDistances(of: $0))
      }
      var loss = MultiViewLoss(representsBoth: both)
      if onlyRepresentations { (loss.mseWeight, loss.deviationWeight, loss.viewsWeight) = (0, 0, 0) }
      let tensors = try Self.tensors(Self.views("wide"))
      let (first, second) = exchanged ? (tensors[1], tensors[0]) : (tensors[0], tensors[1])
      let (value, terms) = try TrainingLoss(loss)(
        ViewEmbeddings(first: first, second: second), representations: representations)
      try value.backward()
      return (terms, try Self.gradients(tensors))
    }
    let (one, both, other) = (
      try result(false), try result(true), try result(false, exchanged: true, onlyRepresentations: true)
    )
    #expect(both.0.names == ["mse", "std", "1-dcor_zz", "1-dcor_hog", "1-dcor_hog.second"])
    #expect(both.0[.secondRepresentation("hog")] == other.0[.representation("hog")])
    #expect(Array(both.0.values.prefix(4)) == one.0.values)
    #expect(abs(both.0.total - one.0.total - other.0.total) < 1e-9)
    #expect(isClose(both.1, zip(one.1, other.1).map { $0 + $1 }, within: 1e-4))
  }

  @Test(arguments: criteria.keys.sorted(), [3, 9]) func theGradientIsTheSlopeOfTheValue(
    _ name: String, _ columns: Int
  ) throws {
    let criterion = try #require(Self.criteria[name])
    let views = [Rows.rows(6, columns, seed: 20), Rows.rows(6, columns, seed: 21)]
    func value(_ first: Matrix) throws -> Double { try criterion.pair(Tensor(first), Tensor(views[1])).total }
    let tensors = try Self.tensors(views)
    try criterion.pair(tensors[0], tensors[1]).loss.backward()
    let gradient = try #require(try tensors[0].gradient()).values()
    let largest = Double(gradient.map(abs).max() ?? 0)
    for place in stride(from: 0, to: gradient.count, by: 4) {
      var (up, down) = (views[0], views[0])
      up.values[place] += 0.005
      down.values[place] -= 0.005
      #expect(abs((try value(up) - value(down)) / 0.01 - Double(gradient[place])) < 0.02 * largest, "\(name) \(place)")
    }
  }

  /// The value does not depend on the order of the views, of the images or of the columns.
  @Test(arguments: criteria.keys.sorted(), ["wide", "narrow"]) func orderDoesNotMatter(
    _ name: String, _ kind: String
  ) throws {
    let criterion = try #require(Self.criteria[name])
    let views = try Self.views(kind)
    func permuted(_ view: Matrix) -> Matrix {
      var result = view
      for row in 0..<view.rows {
        for column in 0..<view.columns {
          result[(row * 7 + 3) % view.rows, view.columns - 1 - column] = view[row, column]
        }
      }
      return result
    }
    func value(_ first: Matrix, _ second: Matrix) throws -> Float {
      Float(try criterion.pair(Tensor(first), Tensor(second)).total)
    }
    let own = try value(views[0], views[1])
    #expect(isClose([try value(views[1], views[0])], [own]))
    #expect(isClose([try value(permuted(views[0]), permuted(views[1]))], [own]))
  }

  @Test func lengthsAndUnitsDoNotMatterWhereTheyAreNormalized() throws {
    let views = try Self.views("wide")
    func scaled(_ view: Matrix, _ factor: (Int, Int) -> Float) -> Matrix {
      var result = view
      for row in 0..<view.rows { for column in 0..<view.columns { result[row, column] *= factor(row, column) } }
      return result
    }
    func value(_ criterion: any PairCriterion, _ factor: (Int, Int) -> Float) throws -> Float {
      Float(try criterion.pair(Tensor(scaled(views[0], factor)), Tensor(scaled(views[1], factor))).total)
    }
    let contrast = ContrastiveLoss(temperature: 0.5)
    #expect(isClose([try value(contrast) { row, _ in Float(row + 1) }], [try value(contrast) { _, _ in 1 }]))
    let correlation = CrossCorrelationLoss()
    #expect(
      isClose(
        [try value(correlation) { _, column in 3 + Float(column) }], [try value(correlation) { _, _ in 3 }],
        within: 1e-4))
  }

  /// Embeddings for which each value is known: the axes of the space, each image on one of its own.
  @Test func closedForms() throws {
    let count = 8
    var axes = Matrix(rows: count, columns: count)
    for row in 0..<count { axes[row, row] = 1 }
    let view = try Tensor(axes)
    // Every cosine but the pair's is 0.
    for temperature in [0.1, 0.5, 1] {
      let others = Double(2 * count - 2)
      let expected = log(exp(1 / temperature) + others) - 1 / temperature
      #expect(abs(try ContrastiveLoss(temperature: temperature).pair(view, view).total - expected) < 1e-5)
    }
    // Columns have mean 1/8, variance 1/8 and covariances -1/56.
    let vicreg = try VarianceCovarianceLoss().pair(view, view).values
    #expect(vicreg[0] == 0)
    #expect(abs(vicreg[1] - (1 - (0.125 + 1e-4).squareRoot())) < 1e-6)
    #expect(abs(vicreg[2] - 2 * 7 / 56 / 56) < 1e-7)
    // A view agrees with itself, and its columns correlate by -1/7.
    let barlow = try CrossCorrelationLoss().pair(view, view).values
    #expect(abs(barlow[0]) < 1e-5)
    #expect(abs(barlow[1] - 56.0 / 49) < 1e-3)
  }

  @Test(arguments: criteria.keys.sorted(), [2, 6]) func degenerateBatchesAreFinite(_ name: String, _ rows: Int) throws {
    let criterion = try #require(Self.criteria[name])
    for columns in [1, 3, 7] {
      let constant = Matrix(rows: rows, columns: columns, values: [Float](repeating: 2, count: rows * columns))
      let zero = Matrix(rows: rows, columns: columns)
      let varied = Rows.rows(rows, columns, seed: 30)
      for views in [[constant, constant], [constant, varied], [varied, varied], [zero, varied]] {
        let tensors = try Self.tensors(views)
        let result = try criterion.pair(tensors[0], tensors[1])
        #expect(result.total.isFinite && result.values.allSatisfy(\.isFinite))
        try result.loss.backward()
        for tensor in tensors { #expect(try #require(try tensor.gradient()).isFinite(), "\(columns)") }
      }
    }
  }

  /// Embeddings come in bfloat16 out of mixed precision; the loss is float32 all the same.
  @Test(arguments: criteria.keys.sorted()) func theLossOfMixedPrecisionIsFloat32(_ name: String) throws {
    let criterion = try #require(Self.criteria[name])
    let (left, right) = (try Tensor(Rows.rows(8, 16, seed: 3)), try Tensor(Rows.rows(5, 16, seed: 4)))
    let (half, other) = try Torch.withProducts(of: .bfloat16) { () throws(MVError) in
      (try left.linear(weight: right), try left.scaled(by: -1, plus: 0.5).linear(weight: right))
    }
    #expect(half.isBFloat16)
    let result = try criterion.pair(half, other)
    #expect(!result.loss.isBFloat16)
    #expect(try result.total == criterion.pair(half.float32(), other.float32()).total)
  }

  @Test(arguments: criteria.keys.sorted()) func viewsOfDifferentShapeAreAnError(_ name: String) throws {
    let criterion = try #require(Self.criteria[name])
    for (rows, columns) in [(6, 4), (5, 3)] {
      #expect(throws: MVError.self) {
        try criterion.pair(Tensor(Rows.rows(6, 3, seed: 1)), Tensor(Rows.rows(rows, columns, seed: 1)))
      }
    }
    #expect(throws: MVError.self) {
      try criterion.pair(Tensor(Rows.rows(1, 3, seed: 1)), Tensor(Rows.rows(1, 3, seed: 1)))
    }
  }
}
