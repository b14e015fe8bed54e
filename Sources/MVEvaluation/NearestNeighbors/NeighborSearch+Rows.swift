internal import CKernels
internal import MVCore
internal import MVStore

extension NeighborSearch {
  /// Normalizes or centers a row in place, as the metric asks, and returns its norm in scores: 1 under cosine.
  func prepare(_ row: UnsafeMutablePointer<Float>, norms: ArraySlice<Double>) -> Double {
    guard normalizes else {
      for column in 0..<train.columns { row[column] -= center[column] }
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

  /// A row with a smaller norm counts as zero; its cosine is 0.
  ///
  /// What a row is multiplied by must be a float32.
  static let smallestNorm = 1e-37

  /// The divisor that scales a prepared row to a norm of at most 1.
  func divisor(norm: Double) -> Double {
    metric == .cosine ? Double(train.representations.count).squareRoot() : max(norm, 1e-6 * unit)
  }

  /// The norms of the row at a train position, one per representation.
  func norms(ofTrain position: Int) -> ArraySlice<Double> {
    let parts = train.representations.count
    return trainNorms[position * parts..<(position + 1) * parts]
  }

  /// The norms of the query at a position, one per representation.
  func norms(ofQuery position: Int) -> ArraySlice<Double> {
    let parts = train.representations.count
    return queryNorms[position * parts..<(position + 1) * parts]
  }

  /// The cosine, or the squared distance, of two rows as stored, in double precision.
  func value(
    query: UnsafePointer<Float>, norms queryNorms: ArraySlice<Double>,
    row: UnsafePointer<Float>, norms rowNorms: ArraySlice<Double>
  ) -> Double {
    guard normalizes else { return mvk_squared_distance(query, 1, row, 1, train.columns) }
    var sum = 0.0
    for (part, (left, right)) in zip(queryNorms, rowNorms).enumerated() {
      let start = train.starts[part]
      let count = train.starts[part + 1] - start
      let isZero = (left < NeighborSearch.smallestNorm, right < NeighborSearch.smallestNorm)
      if metric == .euclidean {
        sum += mvk_squared_distance(
          query + start, isZero.0 ? 0 : 1 / left, row + start, isZero.1 ? 0 : 1 / right, count)
      } else if isZero == (false, false) {
        sum += mvk_dot(query + start, row + start, count) / (left * right)
      }
    }
    return metric == .cosine ? sum / Double(train.representations.count) : sum
  }

  /// Writes the cosines, or the squared distances, of a query and the train rows at `positions` into `values`.
  ///
  /// `spare` has room for one row.
  func score(
    _ positions: UnsafeBufferPointer<Int32>, query: UnsafePointer<Float>, norms queryNorms: ArraySlice<Double>,
    spare: UnsafeMutablePointer<Float>, into values: UnsafeMutablePointer<Double>
  ) {
    if queryNorms.count == 1, let norm = queryNorms.first,
      scoreStored(positions, query: query, norm: norm, into: values)
    {
      return
    }
    for (index, position) in positions.enumerated() {
      train.read(Int(position), into: spare)
      values[index] = value(query: query, norms: queryNorms, row: spare, norms: norms(ofTrain: Int(position)))
    }
  }

  /// The same without copying rows, where they lie in memory as float32; elsewhere it does nothing and returns false.
  private func scoreStored(
    _ positions: UnsafeBufferPointer<Int32>, query: UnsafePointer<Float>, norm: Double,
    into values: UnsafeMutablePointer<Double>
  ) -> Bool {
    let (columns, count) = (train.columns, positions.count)
    let done: Void? = train.representations[0].withStoredRows { base in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { rows in
        for index in 0..<count { rows[index] = Int32(train.rows[Int(positions[index])]) }
        guard metric == .cosine else {
          mvk_squared_distances(query, base, columns, rows.baseAddress!, count, values)
          return
        }
        mvk_dots(query, base, columns, rows.baseAddress!, count, values)
        for index in 0..<count {
          let other = trainNorms[Int(positions[index])]
          let isZero = norm < NeighborSearch.smallestNorm || other < NeighborSearch.smallestNorm
          values[index] = isZero ? 0 : values[index] / (norm * other)
        }
      }
    }
    return done != nil
  }

  /// What rounding made of a row: its norm in scores, what it was divided by, and the relative error.
  struct RoundedRow {
    let norm: Double
    let divisor: Double
    let error: Double
  }

  /// Rounds the rows of `reader` at `positions` into `rounded`, each in `stride` values, zeros behind it.
  ///
  /// `norms` gives those of a position; `each` is told the place of each row among them, and what became of it.
  func round(
    _ positions: Range<Int>, of reader: RowReader, norms: (Int) -> ArraySlice<Double>,
    into rounded: UnsafeMutablePointer<Int16>, _ each: (Int, RoundedRow) -> Void
  ) {
    let columns = train.columns
    let values = WorkBuffer<Float>(uninitialized: positions.count * columns)
    reader.read(positions, into: values.pointer)
    for (place, position) in positions.enumerated() {
      let row = values.pointer + place * columns
      let norm = prepare(row, norms: norms(position))
      let divisor = divisor(norm: norm)
      let target = rounded + place * stride
      let error = quantise(row, divisor: divisor, into: target)
      (target + columns).update(repeating: 0, count: stride - columns)
      each(place, RoundedRow(norm: norm, divisor: divisor, error: error))
    }
  }

  /// The values that a rounded row takes.
  var stride: Int { (train.columns + 63) / 64 * 64 }

  /// Rounds a prepared row to int16 and returns the relative error of rounding.
  func quantise(_ row: UnsafePointer<Float>, divisor: Double, into target: UnsafeMutablePointer<Int16>) -> Double {
    let lost = mvk_quantise(row, Float(NeighborSearch.range / divisor), target, train.columns)
    return lost.squareRoot() / NeighborSearch.range * 1.001
  }

  /// The int16 value that stands for 1.
  static let range = 32767.0
}
