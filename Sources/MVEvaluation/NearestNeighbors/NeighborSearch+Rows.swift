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

  /// Writes the cosines, or the squared distances, of queries and their candidates into `values`.
  ///
  /// `asked` holds the queries at `members` as stored.
  func score(
    _ runs: CandidateRuns, of members: Range<Int>, asked: UnsafePointer<Float>,
    into values: UnsafeMutablePointer<Double>
  ) {
    let row = WorkBuffer<Float>(uninitialized: train.columns)
    runs.forEach(rows: train.rows.count) { place, run in
      let norms = norms(ofQuery: members.lowerBound + place)
      for index in run {
        let position = Int(runs.positions.pointer[index])
        train.read(position, into: row.pointer)
        values[index] = value(
          query: asked + place * train.columns, norms: norms, row: row.pointer, norms: self.norms(ofTrain: position))
      }
    }
  }

  /// The same without copying rows, where they lie in memory as float32; elsewhere it does nothing and returns false.
  func scoreStored(
    _ runs: CandidateRuns, of members: Range<Int>, asked: UnsafePointer<Float>,
    into values: UnsafeMutablePointer<Double>
  ) -> Bool {
    guard train.representations.count == 1 else { return false }
    let (columns, isCosine) = (train.columns, metric == .cosine)
    let stored = WorkBuffer<Int32>(uninitialized: runs.positions.count)
    for index in 0..<stored.count { stored.pointer[index] = Int32(train.rows[Int(runs.positions.pointer[index])]) }
    let done: Void? = train.representations[0].withStoredRows { base in
      runs.forEach(rows: train.rows.count) { place, run in
        let (query, rows, target) = (asked + place * columns, stored.pointer + run.lowerBound, values + run.lowerBound)
        if isCosine {
          mvk_dots(query, base, columns, rows, run.count, target)
        } else {
          mvk_squared_distances(query, base, columns, rows, run.count, target)
        }
      }
    }
    guard done != nil else { return false }
    guard isCosine else { return true }
    for (place, position) in members.enumerated() {
      let norm = queryNorms[position]
      for index in runs.starts[place]..<runs.starts[place + 1] {
        let other = trainNorms[Int(runs.positions.pointer[index])]
        let isZero = norm < NeighborSearch.smallestNorm || other < NeighborSearch.smallestNorm
        values[index] = isZero ? 0 : values[index] / (norm * other)
      }
    }
    return true
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
