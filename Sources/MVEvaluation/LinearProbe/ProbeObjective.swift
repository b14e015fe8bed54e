internal import CKernels
internal import MVCore

/// The mean cross-entropy and its gradient for several sets of weights at once, in one pass over some rows.
///
/// A set is classes x columns weights, followed by one bias per class.
struct ProbeObjective: Sendable {
  let data: ProbeData
  let classes: Int
  let rows: Int
  private let pass: LinearPass
  private let rowWeights: [Float]?
  private let scale: Double

  /// Creates the objective for the rows of `ranges`; with `classWeights`, the mean is weighted by the class of each
  /// row.
  init(data: ProbeData, classes: Int, ranges: [Range<Int>], classWeights: [Float]? = nil) {
    self.data = data
    self.classes = classes
    pass = LinearPass(data: data, outputs: classes, tiles: data.tiles(ranges))
    rows = ranges.reduce(0) { $0 + $1.count }
    rowWeights = classWeights.map { weights in data.labels.map { weights[Int($0)] } }
    var sum = Double(rows)
    if let rowWeights { sum = ranges.joined().reduce(0) { $0 + Double(rowWeights[$1]) } }
    scale = 1 / sum
  }

  /// The number of values in one set.
  var parameters: Int { pass.parameters }

  /// The mean cross-entropy of each set, without the penalty; writes the gradients to `gradients`, one set after the
  /// other.
  ///
  /// To be called within ``SerialBLAS``.
  func evaluate(_ points: [UnsafePointer<Double>], gradients: WorkBuffer<Double>) throws(MVError) -> [Double] {
    try pass.evaluate(points, gradients: gradients, scales: points.map { _ in scale }) { _, logits, biases, tile in
      data.labels.withUnsafeBufferPointer { labels in
        func gradient(_ weights: UnsafePointer<Float>?) -> Double {
          mvk_softmax_gradient(
            logits, tile.count, tile.count, classes, biases, labels.baseAddress! + tile.lowerBound, weights)
        }
        guard let rowWeights else { return gradient(nil) }
        return rowWeights.withUnsafeBufferPointer { gradient($0.baseAddress! + tile.lowerBound) }
      }
    }
  }

  /// The number of rows of each class that each set classifies correctly; ties go to the first class.
  func hits(_ points: [UnsafePointer<Double>]) throws(MVError) -> [[Int]] {
    let sets = points.count
    let tiles = pass.tiles
    let hits = WorkBuffer<Int>(tiles.count * sets * classes, repeating: 0)
    try pass.forEachScores(points) { index, logits, biases in
      let tile = tiles[index]
      for set in 0..<sets {
        for row in 0..<tile.count {
          var best = 0
          var highest = -Float.infinity
          for label in 0..<classes {
            let value = logits[(set * classes + label) * tile.count + row] + biases[set * classes + label]
            if value > highest { (best, highest) = (label, value) }
          }
          if best == Int(data.labels[tile.lowerBound + row]) {
            hits.pointer[(index * sets + set) * classes + best] += 1
          }
        }
      }
    }
    return (0..<sets).map { set in
      (0..<classes).map { label in
        (0..<tiles.count).reduce(0) { $0 + hits.pointer[($1 * sets + set) * classes + label] }
      }
    }
  }
}
