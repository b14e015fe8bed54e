internal import MVCore

/// The squared distances between all pairs of rows, row by row.
struct SquaredDistances {
  let count: Int
  let values: WorkBuffer<Float>

  /// Uses squared distances that are given: count x count.
  init(_ values: [Float], count: Int) {
    self.count = count
    self.values = WorkBuffer<Float>(uninitialized: values.count)
    self.values.pointer.update(from: values, count: values.count)
  }

  /// Computes |a - b|^2 = aa - 2 ab + bb from the inner products of all pairs.
  init(gram: WorkBuffer<Double>, count: Int) {
    self.count = count
    values = WorkBuffer<Float>(uninitialized: count * count)
    for row in 0..<count {
      let own = gram.pointer[row * count + row]
      for column in 0..<count {
        let square = own - 2 * gram.pointer[row * count + column] + gram.pointer[column * count + column]
        values.pointer[row * count + column] = row == column ? 0 : Float(max(0, square))
      }
    }
  }
}
