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

  /// The weighted Gram matrices of the rows' curvatures at a point: one of all classes' mean, or one for each class.
  ///
  /// Of the rows, about `count` at equal steps are taken. The Hessian's block of a class is the Gram matrix of rows
  /// that are each weighted by p (1 - p).
  func curvature(at point: WorkBuffer<Double>, rows count: Int, byClass: Bool) throws(MVError) -> [CurvatureGram] {
    let classes = classes
    let tiles = pass.tiles
    var starts = [0]
    for tile in tiles { starts.append(starts[starts.count - 1] + tile.count) }
    let step = max(1, (rows + count - 1) / max(1, count))
    let sampled = (rows + step - 1) / step
    let sets = byClass ? classes : 1
    let weights = WorkBuffer<Float>(uninitialized: sets * sampled)
    let positions = WorkBuffer<Int>(uninitialized: sampled)
    let offsets = starts
    try pass.forEachScores([UnsafePointer(point.pointer)]) { index, logits, biases in
      let tile = tiles[index]
      // The gradient is p, less 1 for the label: p (1 - p) is |gradient| (1 - |gradient|) for every class.
      data.labels.withUnsafeBufferPointer { labels in
        _ = mvk_softmax_gradient(
          logits, tile.count, tile.count, classes, biases, labels.baseAddress! + tile.lowerBound, nil)
      }
      var place = (offsets[index] + step - 1) / step
      while place * step < offsets[index + 1] {
        let row = place * step - offsets[index]
        positions.pointer[place] = tile.lowerBound + row
        let weight = rowWeights.map { $0[tile.lowerBound + row] } ?? 1
        var sum: Float = 0
        for label in 0..<classes {
          let slope = abs(logits[label * tile.count + row])
          let curvature = max(weight * slope * (1 - slope), 1e-12)
          if byClass { weights.pointer[label * sampled + place] = curvature }
          sum += curvature
        }
        if !byClass { weights.pointer[place] = sum / Float(classes - 1) }
        place += 1
      }
    }
    let chosen = positions.array
    let factor = scale * Double(rows) / Double(sampled)
    var grams: [CurvatureGram] = []
    for set in 0..<sets {
      grams.append(
        try CurvatureGram(of: data, rows: chosen, weights: weights, offset: set * sampled, scale: factor))
    }
    return grams
  }

  /// What a point says of the rows: whether it classifies each rightly, and how many rows that may still change.
  ///
  /// A row may change its class where another is ahead after four times the step `remaining`; without one, none is
  /// counted. Ties go to the first class.
  func answers(
    at point: UnsafePointer<Double>, remaining: UnsafePointer<Double>? = nil
  ) throws(MVError) -> (right: [Bool], undecided: Int) {
    let classes = classes
    let tiles = pass.tiles
    var starts = [0]
    for tile in tiles { starts.append(starts[starts.count - 1] + tile.count) }
    let offsets = starts
    let right = WorkBuffer<Bool>(rows, repeating: false)
    let undecided = WorkBuffer<Int>(tiles.count, repeating: 0)
    let hasStep = remaining != nil
    try pass.forEachScores([point] + (remaining.map { [$0] } ?? [])) { index, logits, biases in
      let tile = tiles[index]
      let length = tile.count
      for row in 0..<length {
        var best = 0
        var highest = -Float.infinity
        for label in 0..<classes {
          let value = logits[label * length + row] + biases[label]
          if value > highest { (best, highest) = (label, value) }
        }
        right.pointer[offsets[index] + row] = best == Int(data.labels[tile.lowerBound + row])
        guard hasStep else { continue }
        let own = logits[(classes + best) * length + row] + biases[classes + best]
        for label in 0..<classes where label != best {
          let gap = highest - logits[label * length + row] - biases[label]
          let change = logits[(classes + label) * length + row] + biases[classes + label] - own
          if 4 * abs(change) >= gap {
            undecided.pointer[index] += 1
            break
          }
        }
      }
    }
    return (right.array, undecided.array.reduce(0, +))
  }
}
