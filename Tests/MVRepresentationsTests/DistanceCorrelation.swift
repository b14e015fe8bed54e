/// The distances of all pairs of rows, row by row, and their correlation: plain, in double precision.
struct PairwiseDistances {
  let count: Int
  let values: [Double]

  init(_ rows: [Float], count: Int) {
    let width = rows.count / count
    var values = [Double](repeating: 0, count: count * count)
    for left in 0..<count {
      for right in 0..<left {
        var sum = 0.0
        for column in 0..<width {
          let difference = Double(rows[left * width + column]) - Double(rows[right * width + column])
          sum += difference * difference
        }
        values[left * count + right] = sum.squareRoot()
        values[right * count + left] = sum.squareRoot()
      }
    }
    self.count = count
    self.values = values
  }

  /// |d' / d - 1| of every pair, in ascending order.
  func relativeErrors(of other: PairwiseDistances) -> [Double] {
    var errors: [Double] = []
    for left in 0..<count {
      for right in 0..<left {
        errors.append(abs(other.values[left * count + right] / values[left * count + right] - 1))
      }
    }
    return errors.sorted()
  }

  /// The sample distance correlation (Szekely, Rizzo and Bakirov 2007).
  func correlation(with other: PairwiseDistances) -> Double {
    func mean(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / Double(a.count) }
    let (a, b) = (centered, other.centered)
    return (mean(a, b) / (mean(a, a) * mean(b, b)).squareRoot()).squareRoot()
  }

  private var centered: [Double] {
    let means = (0..<count).map { row in values[row * count..<(row + 1) * count].reduce(0, +) / Double(count) }
    let mean = means.reduce(0, +) / Double(count)
    return values.indices.map { values[$0] - means[$0 / count] - means[$0 % count] + mean }
  }
}
