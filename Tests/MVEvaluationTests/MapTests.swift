import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVEvaluation

@Suite struct MapTests {
  private func matrix(_ name: String) throws -> Matrix {
    let array = try Fixture.array("map/\(name)")
    return Matrix(rows: array.shape[0], columns: array.shape[1], values: try array.values(as: Float.self))
  }

  private func doubles(_ name: String) throws -> [Double] { try Fixture.array("map/\(name)").values(as: Double.self) }

  private func probabilities(threads: Int = 2) throws -> JointProbabilities {
    let gram = try CenteredRows(try matrix("x")).gram(threads: threads)
    return try JointProbabilities(SquaredDistances(gram: gram, count: 300), perplexity: 30, threads: threads)
  }

  /// The golden layout as descent keeps it: all x, then all y.
  private func places() throws -> [Double] {
    let places = try doubles("places")
    return (0..<2).flatMap { axis in stride(from: axis, to: places.count, by: 2).map { places[$0] } }
  }

  @Test(arguments: ["x", "wide"]) func componentsAreThoseOfScikitLearn(_ name: String) throws {
    let found = try PrincipalComponents(of: try matrix(name), count: 4)
    let scores = try matrix("\(name)_scores")
    let variances = try doubles("\(name)_variances")
    for component in 0..<4 {
      let mine = (0..<scores.rows).map { found.scores[$0, component] }
      let theirs = (0..<scores.rows).map { scores[$0, component] }
      let size = theirs.map(abs).max() ?? 0
      let difference = min(largestDifference(mine, theirs), largestDifference(mine, theirs.map { -$0 }))
      #expect(difference < 2e-5 * size, "component \(component)")
      #expect(abs(found.variances[component] / variances[component] - 1) < 1e-5)
      #expect(abs(found.explained[component] / variances[4 + component] - 1) < 1e-5)
    }
  }

  @Test func eigenvectorsOfAKnownMatrix() throws {
    // The path's Laplacian: eigenvalues 2 - 2 cos(pi k / n), close to one another at the top, which is what is hard.
    let order = 500
    let matrix = WorkBuffer<Double>(order * order, repeating: 0)
    for row in 0..<order {
      matrix.pointer[row * order + row] = row == 0 || row == order - 1 ? 1 : 2
      if row > 0 { matrix.pointer[row * order + row - 1] = -1 }
      if row < order - 1 { matrix.pointer[row * order + row + 1] = -1 }
    }
    let one = try LeadingEigenvectors(of: matrix, order: order, count: 3, threads: 1)
    for (index, value) in one.values.enumerated() {
      let wanted = 2 - 2 * cos(Double.pi * Double(order - 1 - index) / Double(order))
      #expect(abs(value - wanted) < 1e-9, "\(index): \(value), \(wanted)")
    }
    for (left, right) in [(0, 1), (0, 2), (1, 2)] {
      #expect(abs(zip(one.vectors[left], one.vectors[right]).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-9)
    }
    let two = try LeadingEigenvectors(of: matrix, order: order, count: 3, threads: 2)
    #expect(one.values == two.values && one.vectors == two.vectors)
  }

  @Test func ranksBelowTheCountLeaveZeros() throws {
    let line = Matrix(rows: 5, columns: 3, values: (0..<5).flatMap { [Float($0), 2 * Float($0), -Float($0)] })
    let found = try PrincipalComponents(of: line, count: 3)
    #expect(abs(found.explained[0] - 1) < 1e-6 && found.explained.dropFirst().allSatisfy { abs($0) < 1e-6 })
    let same = try PrincipalComponents(of: Matrix(rows: 6, columns: 2, values: [Float](repeating: 4, count: 12)))
    #expect(same.scores.values.allSatisfy { $0 == 0 } && same.explained.allSatisfy { $0 == 0 })
  }

  @Test func probabilitiesAreThoseOfScikitLearn() throws {
    let found = try probabilities()
    let pairs = try Fixture.array("map/pairs").values(as: Int64.self).map { Int($0) }
    let wanted = try doubles("probabilities")
    let largest = wanted.max() ?? 0
    for (index, value) in wanted.enumerated() {
      let mine = Double(found.values.pointer[pairs[2 * index] * 300 + pairs[2 * index + 1]])
      #expect(abs(mine - value) <= 1e-5 * largest, "pair \(index): \(mine), \(value)")
    }
    let all = found.values.array
    #expect(abs(all.reduce(0.0) { $0 + Double($1) } - 1) < 1e-6)
    #expect((0..<300).allSatisfy { all[$0 * 301] == 0 })
    for row in 0..<300 {
      let isSymmetric: Bool = (0..<row).allSatisfy { (other: Int) -> Bool in
        all[row * 300 + other] == all[other * 300 + row]
      }
      #expect(isSymmetric, "row \(row)")
    }
  }

  @Test func everyPointHasThePerplexityAskedFor() throws {
    let perplexity = 12.0
    // Points on a circle see all the same, so that p is the conditional probability over their number.
    let count = 90
    let circle = (0..<count).flatMap { index -> [Float] in
      let angle = 2 * Double.pi * Double(index) / Double(count)
      return [Float(cos(angle)), Float(sin(angle))]
    }
    let gram = try CenteredRows(Matrix(rows: count, columns: 2, values: circle)).gram(threads: 1)
    let found = try JointProbabilities(SquaredDistances(gram: gram, count: count), perplexity: perplexity, threads: 1)
    for row in 0..<count {
      let entropy = (0..<count).reduce(0.0) { sum, other in
        let p = Double(found.values.pointer[row * count + other]) * Double(count)
        return p > 0 ? sum - p * log(p) : sum
      }
      #expect(abs(exp(entropy) - perplexity) < 1e-3)
    }
  }

  @Test func gradientAndDivergenceAreThoseOfScikitLearn() throws {
    let descent = LayoutDescent(try probabilities(), at: try places(), threads: 2)
    let wanted = try doubles("gradient")
    let gradient = descent.gradient()
    let largest = wanted.map(abs).max() ?? 0
    for (index, value) in wanted.enumerated() {
      #expect(abs(gradient[index % 2 * 300 + index / 2] - value) <= 1e-4 * largest)
    }
    #expect(abs(descent.divergence / (try doubles("divergences")[0]) - 1) < 1e-5)
  }

  @Test func gradientIsTheDivergencesSlope() throws {
    let found = try probabilities()
    let start = try places().map { $0 / 3 }
    let gradient = LayoutDescent(found, at: start, threads: 1).gradient()
    let size = gradient.map(abs).max() ?? 0
    for index in stride(from: 3, to: 600, by: 67) {
      let slopes = [1e-3, -1e-3].map { (step: Double) -> Double in
        var moved = start
        moved[index] += step
        return LayoutDescent(found, at: moved, threads: 1).divergence
      }
      #expect(abs((slopes[0] - slopes[1]) / 2e-3 - gradient[index]) < 1e-3 * size)
    }
  }

  @Test func layoutIsAsGoodAsScikitLearns() throws {
    let layout = try TSNE().layout(of: try matrix("x"))
    let theirs = try doubles("divergences")[1]
    #expect(layout.divergence < theirs * 1.03, "\(layout.divergence), scikit-learn \(theirs)")
    #expect(layout.divergence > theirs * 0.8, "\(layout.divergence), scikit-learn \(theirs)")
    #expect(layout.points.rows == 300 && layout.points.values.allSatisfy(\.isFinite))
  }

  @Test func threadsDoNotMatter() throws {
    let one = try TSNE(iterations: 300, threads: 1).layout(of: try matrix("x"))
    let three = try TSNE(iterations: 300, threads: 3).layout(of: try matrix("x"))
    #expect(one == three)
  }

  @Test func clustersStayTogether() throws {
    let (values, labels) = Rows.clusters(240, columns: 16, classes: 4, seed: 3, spread: 0.25)
    let split = try Rows.split(values, columns: 16, labels: labels)
    let map = try FeatureMap(of: split, limit: 200, seed: 5)
    #expect(map.rows.count == 200 && map.available == 240 && map.rows == map.rows.sorted())
    #expect(map == (try FeatureMap(of: split, limit: 200, seed: 5, threads: 1)))
    #expect(map.rows != (try FeatureMap(of: split, limit: 200, seed: 6)).rows)
    let points = try #require(map.neighbor).points
    let agreeing = (0..<200).count { row in
      func distance(_ other: Int) -> Float {
        let (x, y) = (points[row, 0] - points[other, 0], points[row, 1] - points[other, 1])
        return x * x + y * y
      }
      let nearest = (0..<200).filter { $0 != row }.min { distance($0) < distance($1) } ?? 0
      return labels[map.rows[row]] == labels[map.rows[nearest]]
    }
    #expect(agreeing >= 198, "\(agreeing) of 200 points have a neighbour of their class")
  }

  @Test func fewAndEqualRows() throws {
    let same = try Rows.split([Float](repeating: 2, count: 60), columns: 3, labels: Array(repeating: 0, count: 20))
    let map = try FeatureMap(of: same)
    #expect(try #require(map.neighbor).points.values.allSatisfy(\.isFinite))
    #expect(map.principal.values.allSatisfy { $0 == 0 } && map.perplexity < 7)
    let three = try FeatureMap(of: try Rows.split([1, 0, 0, 1, 1, 1], columns: 2, labels: [0, 1, 2]))
    #expect(three.neighbor == nil && three.principal.rows == 3)
    let two = try Rows.split([1, 0, 0, 1], columns: 2, labels: [0, 1])
    #expect(message { _ = try FeatureMap(of: two) }.contains("needs three rows"))
    let bad = try Rows.split([1, 0, 0, .nan, 1, 1], columns: 2, labels: [0, 1, 2])
    #expect(message { _ = try FeatureMap(of: bad) }.contains("not finite"))
    #expect(message { _ = try TSNE(perplexity: 30).layout(of: Matrix(rows: 20, columns: 2)) }.contains("perplexity"))
    #expect(message { _ = try TSNE(iterations: 0).layout(of: Matrix(rows: 40, columns: 2)) }.contains("iterations"))
  }
}
