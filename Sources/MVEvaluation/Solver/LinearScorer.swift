internal import CKernels
internal import MVCore
internal import MVStore
internal import SystemOpenBLAS

/// Scores rows by fitted weights: for each output, weights (x - center) + bias.
struct LinearScorer: Sendable {
  let inputs: [FittedProbe.Input]
  /// The weights, outputs x columns.
  let weights: [Float]
  let bias: [Double]
  let center: [Float]
  /// Whether each row is first scaled to length 1 in each representation.
  let normalizesRows: Bool

  /// Calls `body` with the position and the scores of each of `rows`, from several threads.
  func forEachRow(
    _ features: LabeledFeatures, rows: [Int], threads: Int, run: EvaluationRun,
    _ body: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(MVError) {
    guard features.representations.map(\.columns) == inputs.map(\.columns) else {
      let fitted = inputs.map { "\($0.name) (\($0.columns))" }.joined(separator: ", ")
      let given = features.representations.map { "\($0.name) (\($0.columns))" }.joined(separator: ", ")
      throw .badData(
        "representations of \(features.name)", "are \(given) columns, the probe was fitted on \(fitted)",
        remedy: "name the same ones, extracted with the same settings")
    }
    let reader = RowReader(features, rows: rows)
    let scales = try reader.norms(threads: threads, run: run).map { Float(1 / ($0 + 1e-5)) }
    let columns = center.count
    let outputs = bias.count
    let chunk = max(64, min(512, (4 << 20) / (4 * columns)))
    let ones = [Float](repeating: 1, count: columns)
    // Groups of tiles, so that progress is told between them.
    let group = chunk * 32
    for first in stride(from: 0, to: rows.count, by: group) {
      let members = first..<min(rows.count, first + group)
      try SerialBLAS.run { () throws(MVError) in
        try Parallel.forEach((members.count + chunk - 1) / chunk, threads: threads) { index throws(MVError) in
          try run.check()
          let tile =
            members.lowerBound + index * chunk..<min(members.upperBound, members.lowerBound + (index + 1) * chunk)
          let values = WorkBuffer<Float>(uninitialized: tile.count * columns)
          let scores = WorkBuffer<Float>(uninitialized: tile.count * outputs)
          reader.read(tile, into: values.pointer)
          if normalizesRows {
            reader.scale(tile, in: values.pointer, by: scales)
          } else {
            mvk_standardize(values.pointer, tile.count, columns, center, ones)
          }
          for row in 0..<tile.count {
            for output in 0..<outputs { scores.pointer[row * outputs + output] = Float(bias[output]) }
          }
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(tile.count), Int32(outputs), Int32(columns), 1,
            values.pointer, Int32(columns), weights, Int32(columns), 1, scores.pointer, Int32(outputs))
          for (row, position) in tile.enumerated() { body(position, scores.slice(row * outputs..<(row + 1) * outputs)) }
        }
      }
      run.report(members.upperBound, of: rows.count)
    }
  }
}
