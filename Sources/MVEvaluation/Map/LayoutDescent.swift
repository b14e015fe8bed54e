internal import CKernels
internal import Foundation
internal import MVCore

/// Points in the plane, moved step by step towards a layout that shows given neighbor probabilities.
struct LayoutDescent {
  private let probabilities: JointProbabilities
  private let threads: Int
  /// The coordinates: all x, then all y.
  private var places: [Double]
  private var velocities: [Double]
  private var gains: [Double]

  private var count: Int { probabilities.count }

  /// Starts from the first two columns of `start`, scaled so that the first has the standard deviation 1e-4.
  init(_ probabilities: JointProbabilities, from start: Matrix, threads: Int) {
    let count = start.rows
    let columns = (0..<2).map { column in
      column < start.columns ? (0..<count).map { Double(start[$0, column]) } : [Double](repeating: 0, count: count)
    }
    let mean = columns[0].reduce(0, +) / Double(count)
    let deviation = (columns[0].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    var generator = SeededGenerator(seed: 0x7453_4E45)
    // Rows that are all equal have no components to start from.
    let places =
      deviation > 0
      ? columns.joined().map { $0 / deviation * 1e-4 } : (0..<2 * count).map { _ in 1e-4 * generator.normal() }
    self.init(probabilities, at: places, threads: threads)
  }

  /// Starts from `places`, all x, then all y.
  init(_ probabilities: JointProbabilities, at places: [Double], threads: Int) {
    self.probabilities = probabilities
    self.threads = threads
    self.places = places
    velocities = [Double](repeating: 0, count: places.count)
    gains = [Double](repeating: 1, count: places.count)
  }

  /// The points, rows x 2.
  var points: Matrix {
    Matrix(rows: count, columns: 2, values: (0..<count).flatMap { [Float(places[$0]), Float(places[count + $0])] })
  }

  /// Resets velocities and gains.
  mutating func rest() {
    for index in places.indices {
      velocities[index] = 0
      gains[index] = 1
    }
  }

  /// Makes one step down the gradient.
  mutating func step(exaggeration: Double, momentum: Double, learningRate: Double) {
    let gradient = gradient(exaggeration: exaggeration)
    for index in places.indices {
      // A coordinate that keeps its direction is sped up, one that turns back is slowed down.
      gains[index] = max(0.01, velocities[index] * gradient[index] < 0 ? gains[index] + 0.2 : gains[index] * 0.8)
      velocities[index] = momentum * velocities[index] - learningRate * gains[index] * gradient[index]
      places[index] += velocities[index]
    }
  }

  /// The gradient of the divergence: 4 sum_j (p_ij - q_ij) w_ij (y_i - y_j), all x, then all y.
  func gradient(exaggeration: Double = 1) -> [Double] {
    let count = count
    let singles = places.map { Float($0) }
    let sums = WorkBuffer<Double>(uninitialized: 5 * count)
    let values = probabilities.values
    let stretch = 32
    Parallel.forEach((count + stretch - 1) / stretch, threads: threads) { index in
      singles.withUnsafeBufferPointer { places in
        let x = places.baseAddress!
        for row in index * stretch..<min(count, (index + 1) * stretch) {
          mvk_neighbor_forces(x, x + count, count, row, values.pointer + row * count, sums.pointer + 5 * row)
        }
      }
    }
    let total = (0..<count).reduce(0) { $0 + sums.pointer[5 * $1 + 4] }
    var gradient = [Double](repeating: 0, count: 2 * count)
    for row in 0..<count {
      let force = sums.pointer + 5 * row
      gradient[row] = 4 * (exaggeration * force[0] - force[2] / total)
      gradient[count + row] = 4 * (exaggeration * force[1] - force[3] / total)
    }
    return gradient
  }

  /// The Kullback-Leibler divergence of the layout from the probabilities, in nats.
  var divergence: Double {
    let (count, places, values) = (count, places, probabilities.values)
    // A row: its part of sum p log p - sum p log w, of sum p, and of sum w.
    let sums = WorkBuffer<Double>(uninitialized: 3 * count)
    Parallel.forEach(count, threads: threads) { row in
      var (divergence, mass, weight) = (0.0, 0.0, 0.0)
      for other in 0..<count where other != row {
        let (dx, dy) = (places[row] - places[other], places[count + row] - places[count + other])
        let spread = 1 + dx * dx + dy * dy
        weight += 1 / spread
        let probability = Double(values.pointer[row * count + other])
        guard probability > 0 else { continue }
        mass += probability
        divergence += probability * log(probability * spread)
      }
      sums.pointer[3 * row] = divergence
      sums.pointer[3 * row + 1] = mass
      sums.pointer[3 * row + 2] = weight
    }
    func total(_ part: Int) -> Double { (0..<count).reduce(0) { $0 + sums.pointer[3 * $1 + part] } }
    return total(0) + total(1) * log(total(2))
  }
}
