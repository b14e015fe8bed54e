internal import CKernels
internal import MVCore

extension NeighborSearch {
  /// Normalises or centres a row in place, as the metric wants, and returns its norm in scores: 1 under cosine.
  func prepare(_ row: UnsafeMutablePointer<Float>, norms: ArraySlice<Double>) -> Double {
    guard normalises else {
      for column in 0..<train.columns { row[column] -= centre[column] }
      return mvk_dot(row, row, train.columns).squareRoot()
    }
    var parts = 0.0
    for (part, norm) in norms.enumerated() {
      let range = train.starts[part]..<train.starts[part + 1]
      guard norm >= NeighborSearch.smallestNorm else {
        for column in range { row[column] = 0 }
        continue
      }
      parts += 1
      let scale = Float(1 / norm)
      for column in range { row[column] *= scale }
    }
    return metric == .cosine ? 1 : parts.squareRoot()
  }

  /// A row of a smaller norm counts as zero, whose cosine is 0.
  static let smallestNorm = 1e-30

  /// The divisor that takes a prepared row to norm 1 at most.
  func divisor(norm: Double) -> Double {
    metric == .cosine ? Double(train.representations.count).squareRoot() : max(norm, 1e-6 * unit)
  }

  /// The norms of the row at a train position, a value a representation.
  func norms(ofTrain position: Int) -> ArraySlice<Double> {
    let parts = train.representations.count
    return trainNorms[position * parts..<(position + 1) * parts]
  }

  /// The norms of the query at a position.
  func norms(ofQuery position: Int) -> ArraySlice<Double> {
    let parts = train.representations.count
    return queryNorms[position * parts..<(position + 1) * parts]
  }

  /// The cosine, or the squared distance, of two rows as stored, in double precision.
  func value(
    query: UnsafePointer<Float>, norms queryNorms: ArraySlice<Double>,
    row: UnsafePointer<Float>, norms rowNorms: ArraySlice<Double>
  ) -> Double {
    guard normalises else { return mvk_squared_distance(query, 1, row, 1, train.columns) }
    var sum = 0.0
    for (part, (left, right)) in zip(queryNorms, rowNorms).enumerated() {
      let start = train.starts[part]
      let count = train.starts[part + 1] - start
      let leftScale = left < NeighborSearch.smallestNorm ? 0 : 1 / left
      let rightScale = right < NeighborSearch.smallestNorm ? 0 : 1 / right
      if metric == .cosine {
        sum += mvk_dot(query + start, row + start, count) * leftScale * rightScale
      } else {
        sum += mvk_squared_distance(query + start, leftScale, row + start, rightScale, count)
      }
    }
    return metric == .cosine ? sum / Double(train.representations.count) : sum
  }

  /// Rounds a prepared row to int16 and returns the relative error of rounding.
  func quantise(_ row: UnsafePointer<Float>, divisor: Double, into target: UnsafeMutablePointer<Int16>) -> Double {
    let lost = mvk_quantise(row, Float(NeighborSearch.range / divisor), target, train.columns)
    return lost.squareRoot() / NeighborSearch.range * 1.001
  }

  /// The int16 that stands for 1.
  static let range = 32767.0
}
