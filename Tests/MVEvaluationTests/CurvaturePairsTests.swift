import Testing

@testable import MVEvaluation

@Suite struct CurvaturePairsTests {
  /// A vector of a row of such.
  private func vector(_ seed: Int, _ count: Int) -> WorkBuffer<Double> {
    let result = WorkBuffer<Double>(uninitialized: count)
    var state = UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result.pointer[index] = Double(state >> 11) / Double(1 << 53) - 0.5
    }
    return result
  }

  private func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }

  /// Nocedal and Wright's recursion, step by step, for the function of the curvatures `diagonal`.
  private func direction(
    _ gradient: [Double], _ pairs: [(step: [Double], change: [Double])], _ inverse: Double
  ) -> [Double] {
    var result = gradient.map { -$0 }
    var weights: [Double] = []
    for (step, change) in pairs.reversed() {
      weights.append(dot(step, result) / dot(step, change))
      for index in result.indices { result[index] -= weights[weights.count - 1] * change[index] }
    }
    result = result.map { inverse * $0 }
    for (weight, (step, change)) in zip(weights.reversed(), pairs) {
      let other = dot(change, result) / dot(step, change)
      for index in result.indices { result[index] += (weight - other) * step[index] }
    }
    return result
  }

  @Test(arguments: [3, 20_000], [0, 1, 4, 9])
  func directionsAreThoseOfTheRecursion(_ count: Int, _ moves: Int) {
    let diagonal = (0..<count).map { 0.5 + Double($0 % 7) }
    let pairs = CurvaturePairs(LongVector(count: count, threads: 2), capacity: 5)
    var known: [(step: [Double], change: [Double])] = []
    var point = vector(0, count)
    for move in 0..<moves {
      let next = vector(move + 1, count)
      let gradients = [point, next].map { point in
        let gradient = WorkBuffer<Double>(uninitialized: count)
        for index in 0..<count { gradient.pointer[index] = diagonal[index] * point.pointer[index] }
        return gradient
      }
      pairs.remember(from: point, to: next, gradients[0], gradients[1].pointer)
      known.append((zip(next.array, point.array).map(-), zip(gradients[1].array, gradients[0].array).map(-)))
      point = next
    }
    let gradient = vector(100, count)
    let found = WorkBuffer<Double>(uninitialized: count)
    pairs.direct(found, against: gradient) { target in
      for index in 0..<count { target[index] *= 0.25 }
    }
    let wanted = direction(gradient.array, known.suffix(5), 0.25)
    for (value, other) in zip(found.array, wanted) { #expect(abs(value - other) < 1e-9) }
  }

  @Test func aStepAgainstTheCurvatureIsNotKept() {
    let pairs = CurvaturePairs(LongVector(count: 2, threads: 1), capacity: 5)
    let zeros = WorkBuffer<Double>(2, repeating: 0)
    let ones = WorkBuffer<Double>(2, repeating: 1)
    pairs.remember(from: zeros, to: ones, ones, zeros.pointer)
    #expect(pairs.isEmpty)
  }

  @Test(arguments: [1, 50, 192, 193, 500])
  func factorsMultiplyToTheMatrix(_ size: Int) {
    // Ones, and more on the diagonal.
    let matrix = WorkBuffer<Float>(size * size, repeating: 1)
    for index in 0..<size { matrix.pointer[index * (size + 1)] = 2 + Float(index % 3) }
    let isDefinite = SerialBLAS.run { Cholesky.factor(matrix, size: size, threads: 2) }
    #expect(isDefinite)
    for row in stride(from: 0, to: size, by: 7) {
      for column in 0...row {
        let product = (0...column).reduce(Float(0)) {
          $0 + matrix.pointer[row * size + $1] * matrix.pointer[column * size + $1]
        }
        #expect(abs(product - (row == column ? 2 + Float(row % 3) : 1)) < 1e-4)
      }
    }
  }

  @Test func aMatrixThatIsNotDefiniteHasNoFactor() {
    let matrix = WorkBuffer<Float>(400 * 400, repeating: 0)
    for index in 0..<400 { matrix.pointer[index * 401] = index == 300 ? -1 : 1 }
    #expect(!SerialBLAS.run { Cholesky.factor(matrix, size: 400, threads: 2) })
  }
}
