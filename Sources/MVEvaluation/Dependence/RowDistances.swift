internal import MVCore
internal import SystemOpenBLAS

/// The distances of some rows from each other, centered, and the derivatives of a scalar by them.
///
/// All in float32, sums in float64, as the loss of training has it over libtorch.
final class RowDistances {
  /// Squared distances are clamped from below at this.
  private static let smallestSquare: Float = 1e-4

  private let rows: UnsafePointer<Float>
  let count: Int
  let columns: Int
  /// What distances are multiplied by.
  private let scale: Double
  private let estimator: DependenceEstimator
  private let threads: Int
  private let means: [Float]
  /// Euclidean distances, count x count.
  private let distances: WorkBuffer<Float>
  /// The distances with row and column means taken out, count x count.
  let centered: WorkBuffer<Float>
  /// The sum of squares of ``centered``; 0 where the rows do not differ.
  let square: Double

  /// Computes the distances of `rows`, count x columns, which stay where they are as long as this object is used.
  ///
  /// Throws where there are too few rows.
  init(
    _ rows: UnsafePointer<Float>, count: Int, columns: Int, scale: Double = 1, estimator: DependenceEstimator,
    threads: Int
  ) throws(MVError) {
    let least = estimator == .biased ? 2 : 4
    guard count >= least else {
      throw .usage(
        "\(estimator.rawValue) distance correlation", "needs at least \(least) rows, not \(count)",
        remedy: "give a larger batch")
    }
    (self.rows, self.count, self.columns, self.scale) = (rows, count, columns, scale)
    (self.estimator, self.threads) = (estimator, threads)
    let blocks = ColumnBlocks(count: count, columns: columns)
    means = blocks.means(of: rows, threads: threads)
    let products = blocks.gram(of: rows, means: means, threads: threads)
    distances = WorkBuffer(uninitialized: count * count)
    centered = WorkBuffer(uninitialized: count * count)
    let sums = Self.fill(distances, from: products, count, area: Float(scale * scale), estimator)
    Self.center(distances, sums, into: centered, count, estimator)
    let sum = Self.dot(centered, centered)
    // Rows that do not differ leave rounding only: call it nothing.
    square = sum <= 1e-10 * Self.dot(distances, distances) ? 0 : sum
  }

  /// Turns squared norms and products into distances; gives the sum of each row.
  private static func fill(
    _ distances: WorkBuffer<Float>, from products: WorkBuffer<Float>, _ count: Int, area: Float,
    _ estimator: DependenceEstimator
  ) -> [Double] {
    let (target, source) = (distances.pointer, products.pointer)
    let own: Float = estimator == .biased ? smallestSquare.squareRoot() : 0
    let norms = (0..<count).map { source[$0 * count + $0] }
    for i in 0..<count {
      target[i * count + i] = own
      for j in i + 1..<max(count, i + 1) {
        let square = area * (norms[i] + norms[j] - 2 * source[i * count + j])
        // Not max: a NaN must stay one, or a broken batch would pass for a good one.
        target[i * count + j] = (square < smallestSquare ? smallestSquare : square).squareRoot()
      }
    }
    for i in 0..<count { for j in 0..<i { target[i * count + j] = target[j * count + i] } }
    return (0..<count).map { i in
      var sum = 0.0
      for j in 0..<count { sum += Double(target[i * count + j]) }
      return sum
    }
  }

  /// V-centering divides by n and n^2; U-centering by n - 2 and (n - 1)(n - 2), with the diagonal left out.
  private static func center(
    _ distances: WorkBuffer<Float>, _ sums: [Double], into centered: WorkBuffer<Float>, _ count: Int,
    _ estimator: DependenceEstimator
  ) {
    let (n, total) = (Double(count), sums.reduce(0, +))
    let isBiased = estimator == .biased
    let line = isBiased ? 1 / n : 1 / (n - 2)
    let whole = isBiased ? total / (n * n) : total / ((n - 1) * (n - 2))
    let shares = sums.map { $0 * line }
    for i in 0..<count {
      let row = whole - shares[i]
      let (source, target) = (distances.pointer + i * count, centered.pointer + i * count)
      for j in 0..<count { target[j] = Float(Double(source[j]) - shares[j] + row) }
      if !isBiased { target[i] = 0 }
    }
  }

  static func dot(_ one: WorkBuffer<Float>, _ other: WorkBuffer<Float>) -> Double {
    let (a, b, count) = (one.pointer, other.pointer, one.count)
    var sums = SIMD8<Double>(repeating: 0)
    var index = 0
    while index + 8 <= count {
      let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Float>.self)
      let right = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Float>.self)
      sums += SIMD8<Double>(left) * SIMD8<Double>(right)
      index += 8
    }
    var rest = 0.0
    while index < count {
      rest += Double(a[index]) * Double(b[index])
      index += 1
    }
    return sums.sum() + rest
  }

  /// Turns the derivatives of a scalar by the distances, count x count, into those by the rows, and adds them.
  func addGradient(of slope: WorkBuffer<Float>, to gradient: UnsafeMutablePointer<Float>) {
    let pull = WorkBuffer<Float>(uninitialized: count * count)
    let smallest = Self.smallestSquare.squareRoot()
    let area = Float(scale * scale)
    // d|x_i - x_j| / dx_i = (x_i - x_j) / |x_i - x_j|, and each pair stands twice in the symmetric slope. A clamped
    // distance does not move. sum_j p_ij (x_i - x_j) is then one product, with the row sums on the diagonal. The scale
    // enters once through the distance and once through the difference of the scaled rows.
    for i in 0..<count {
      var sum = 0.0
      for j in 0..<count {
        let distance = distances.pointer[i * count + j]
        let value =
          i == j || distance <= smallest
          ? 0 : area * (slope.pointer[i * count + j] + slope.pointer[j * count + i]) / distance
        pull.pointer[i * count + j] = -value
        sum += Double(value)
      }
      pull.pointer[i * count + i] = Float(sum)
    }
    ColumnBlocks(count: count, columns: columns).addProduct(
      pull, rows, means: means, to: gradient, threads: threads)
  }
}
