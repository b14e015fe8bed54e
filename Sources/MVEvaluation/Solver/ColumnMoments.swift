internal import MVCore

/// The mean and standard deviation of every column, in double precision.
struct ColumnMoments {
  let means: [Double]
  /// The standard deviations, with the number of rows (not one less) in the denominator.
  let deviations: [Double]

  /// Reads every row once.
  ///
  /// Sums are of differences from the first row, so that a large mean costs no precision; they are added in an order
  /// that does not depend on the number of threads.
  init(of reader: RowReader, threads: Int, run: EvaluationRun) throws(MVError) {
    let columns = reader.columns
    let count = reader.rows.count
    let parts = max(1, min(16, count / 256))
    let sums = WorkBuffer<Double>(parts * 2 * columns, repeating: 0)
    let shift = WorkBuffer<Float>(uninitialized: columns)
    reader.read(0, into: shift.pointer)
    let chunk = reader.chunk
    try Parallel.forEach(parts, threads: threads) { part throws(MVError) in
      let range = part * count / parts..<(part + 1) * count / parts
      let values = WorkBuffer<Float>(uninitialized: chunk * columns)
      let first = sums.pointer + part * 2 * columns
      let second = first + columns
      var start = range.lowerBound
      while start < range.upperBound {
        try run.check()
        let rows = start..<min(range.upperBound, start + chunk)
        reader.read(rows, into: values.pointer)
        for row in 0..<rows.count {
          let value = values.pointer + row * columns
          for column in 0..<columns {
            let gap = Double(value[column]) - Double(shift.pointer[column])
            first[column] += gap
            second[column] += gap * gap
          }
        }
        start = rows.upperBound
      }
    }
    var means = [Double](repeating: 0, count: columns)
    var deviations = means
    for column in 0..<columns {
      var first = 0.0
      var second = 0.0
      for part in 0..<parts {
        first += sums.pointer[part * 2 * columns + column]
        second += sums.pointer[(part * 2 + 1) * columns + column]
      }
      let mean = first / Double(count)
      means[column] = mean + Double(shift.pointer[column])
      deviations[column] = max(0, second / Double(count) - mean * mean).squareRoot()
    }
    self.means = means
    self.deviations = deviations
  }
}
