internal import CKernels
internal import MVCore
internal import MVStore

/// Reads chosen rows of several representations, side by side.
struct RowReader: Sendable {
  let split: LabeledFeatures
  let representations: [FeatureMatrix]
  /// The rows to read, as numbered in the representations; positions are indices into this list.
  let rows: [Int]
  /// The first column of each representation, and one past the last.
  let starts: [Int]
  /// Values a row, all representations together.
  let columns: Int

  init(_ split: LabeledFeatures, rows: [Int]) {
    self.split = split
    representations = split.representations
    self.rows = rows
    var columns = 0
    var starts = [0]
    for representation in split.representations {
      columns += representation.columns
      starts.append(columns)
    }
    self.columns = columns
    self.starts = starts
  }

  /// Copies the rows at `positions` into `target`, `columns` values each.
  func read(_ positions: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    guard representations.count == 1 else {
      for (place, position) in positions.enumerated() { read(position, into: target + place * columns) }
      return
    }
    let buffer = UnsafeMutableBufferPointer(start: target, count: positions.count * columns)
    guard let first = positions.first else { return }
    if positions.allSatisfy({ rows[$0] - rows[first] == $0 - first }) {
      representations[0].copyRows(rows[first]..<rows[first] + positions.count, into: buffer)
    } else {
      for (place, position) in positions.enumerated() { read(position, into: target + place * columns) }
    }
  }

  /// Copies the row at `position` into `target`.
  func read(_ position: Int, into target: UnsafeMutablePointer<Float>) {
    let row = rows[position]
    for (index, representation) in representations.enumerated() {
      representation.copyRows(
        row..<row + 1,
        into: UnsafeMutableBufferPointer(start: target + starts[index], count: representation.columns))
    }
  }

  /// Multiplies the rows at `positions`, which are in `values`, by one factor per row and representation.
  func scale(_ positions: Range<Int>, in values: UnsafeMutablePointer<Float>, by factors: [Float]) {
    let parts = representations.count
    for (place, position) in positions.enumerated() {
      for part in 0..<parts {
        let factor = factors[position * parts + part]
        for column in starts[part]..<starts[part + 1] { values[place * columns + column] *= factor }
      }
    }
  }

  /// The number of rows to read at a time so that they stay in the second-level cache.
  var chunk: Int { max(1, min(256, 65_536 / max(columns, 1))) }

  /// The norm of every row in each representation: rows x representations.
  ///
  /// Throws where a value is not finite.
  func norms(threads: Int, run: EvaluationRun) throws(MVError) -> [Double] {
    let count = representations.count
    let norms = WorkBuffer<Double>(rows.count * count, repeating: 0)
    let chunk = chunk
    try Parallel.forEach((rows.count + chunk - 1) / chunk, threads: threads) { index throws(MVError) in
      try run.check()
      let positions = index * chunk..<min(rows.count, (index + 1) * chunk)
      let values = WorkBuffer<Float>(uninitialized: positions.count * columns)
      read(positions, into: values.pointer)
      for (place, position) in positions.enumerated() {
        for part in 0..<count {
          let start = values.pointer + place * columns + starts[part]
          let norm = mvk_dot(start, start, starts[part + 1] - starts[part]).squareRoot()
          guard norm.isFinite else { throw notFinite(position: position, part: part) }
          norms.pointer[position * count + part] = norm
        }
      }
    }
    return norms.array
  }

  /// The error for a value that is infinite or not a number.
  func notFinite(position: Int, part: Int) -> MVError {
    .badData(
      "row \(rows[position]) of representation \(representations[part].name) in \(split.name)",
      "holds a value that is not finite", remedy: "extract it again, or leave the row out")
  }
}
