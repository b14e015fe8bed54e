internal import Foundation
internal import MVCore

/// The probabilities p_ij that two points are neighbors, which a layout of t-SNE is to show.
///
/// Each point sees the others through a Gaussian, whose width gives it `perplexity` neighbors (the exponential of the
/// entropy, to 1e-5 in its logarithm); p_ij is the mean of both points' views, over all pairs (van der Maaten and
/// Hinton, "Visualizing data using t-SNE", 2008).
struct JointProbabilities {
  let count: Int
  /// The probabilities, count x count: symmetric, zero on the diagonal; they sum to 1.
  let values: WorkBuffer<Float>

  /// Throws where `run` shall stop.
  init(
    _ distances: SquaredDistances, perplexity: Double, threads: Int, run: EvaluationRun = EvaluationRun()
  ) throws(MVError) {
    let count = distances.count
    let conditional = WorkBuffer<Float>(uninitialized: count * count)
    try Parallel.forEach(count, threads: threads) { row throws(MVError) in
      try run.check()
      var powers = [Double](repeating: 0, count: count)
      Self.view(
        of: row, UnsafeBufferPointer(start: distances.values.pointer + row * count, count: count),
        perplexity: perplexity, into: &powers)
      for column in 0..<count { conditional.pointer[row * count + column] = Float(powers[column]) }
    }
    let scale = 0.5 / Double(count)
    let values = WorkBuffer<Float>(uninitialized: count * count)
    Parallel.forEach(count, threads: threads) { row in
      for column in 0..<count {
        let both =
          Double(conditional.pointer[row * count + column]) + Double(conditional.pointer[column * count + row])
        values.pointer[row * count + column] = Float(both * scale)
      }
    }
    self.count = count
    self.values = values
  }

  /// Computes the probability of each other point as seen from `row`.
  private static func view(
    of row: Int, _ distances: UnsafeBufferPointer<Float>, perplexity: Double, into powers: inout [Double]
  ) {
    let wanted = log(perplexity)
    // Distances are taken relative to the nearest point, so that one power is 1 and not all of them vanish.
    let nearest = distances.indices.reduce(Float.infinity) { $1 == row ? $0 : min($0, distances[$1]) }
    var low = 0.0
    var high = Double.infinity
    var precision = 1.0
    for _ in 0..<200 {
      var sum = 0.0
      var moment = 0.0
      for (column, distance) in distances.enumerated() {
        guard column != row else { continue }
        let gap = Double(distance) - Double(nearest)
        let power = exp(-gap * precision)
        powers[column] = power
        sum += power
        moment += gap * power
      }
      powers[row] = 0
      let gap = log(sum) + precision * moment / sum - wanted
      if abs(gap) <= 1e-5 || precision == low || precision == high { break }
      if gap > 0 {
        low = precision
        precision = high.isFinite ? (low + high) / 2 : precision * 2
      } else {
        high = precision
        precision = (low + high) / 2
      }
      // More points than the perplexity may be as near as the nearest: then no width is narrow enough.
      guard precision.isFinite, precision < 1e300 else { break }
    }
    let sum = powers.reduce(0, +)
    for column in powers.indices { powers[column] /= sum }
  }
}
