internal import CKernels
public import MVCore
internal import MVStore
internal import SystemOpenBLAS

extension FittedProbe {
  /// Scores the labelled rows of `test`.
  ///
  /// A class of test that train did not have is never right, and counts; ties go to the lower class. Throws where widths
  /// differ from those fitted on, a value is not finite, or no row is labelled.
  public func score(
    _ test: LabelledFeatures, threads: Int = Parallel.processorCount, progress: (@Sendable (RunProgress) -> Void)? = nil
  ) throws(MVError) -> ProbeScores {
    let labels = try test.classes()
    let rows = test.rows.filter { labels[$0] >= 0 }
    guard !rows.isEmpty else {
      throw .badData("labels of \(test.name)", "are all missing", remedy: "choose a labelled split")
    }
    let truth = rows.map { labels[$0] }
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
    let own = truth.map { numbers[$0] ?? -1 }
    let hits = WorkBuffer<Bool>(rows.count, repeating: false)
    let predictions = WorkBuffer<Int64>(rows.count, repeating: -1)
    try forEachLogits(test, rows: rows, threads: threads, progress: progress) { position, logits in
      var best = 0
      var ahead = 0
      let label = own[position]
      for (index, value) in logits.enumerated() {
        if value > logits[best] { best = index }
        if label >= 0, value > logits[label] || (value == logits[label] && index < label) { ahead += 1 }
      }
      predictions.pointer[position] = classes[best]
      hits.pointer[position] = label >= 0 && ahead < 5
    }
    let chosen = predictions.array
    return ProbeScores(
      top1: Double(zip(chosen, truth).count { $0 == $1 }) / Double(rows.count),
      top5: Double(hits.array.count { $0 }) / Double(rows.count), testRows: rows, classes: truth,
      predictions: chosen, classCount: Int(max(classes.last!, truth.max()!)) + 1)
  }

  /// The probability of each class (in the order of ``classes``) for the rows in use, labelled or not.
  public func probabilities(
    _ features: LabelledFeatures, threads: Int = Parallel.processorCount
  ) throws(MVError) -> Matrix {
    let count = classes.count
    let values = WorkBuffer<Float>(features.rows.count * count, repeating: 0)
    try forEachLogits(features, rows: features.rows, threads: threads, progress: nil) { position, logits in
      let largest = Double(logits.max()!)
      let powers = logits.map { exponential(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      for (index, power) in powers.enumerated() { values.pointer[position * count + index] = Float(power / sum) }
    }
    return Matrix(rows: features.rows.count, columns: count, values: values.array)
  }

  private func forEachLogits(
    _ features: LabelledFeatures, rows: [Int], threads: Int, progress: (@Sendable (RunProgress) -> Void)?,
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
    _ = try reader.norms(threads: threads)
    let chunk = max(64, min(512, (4 << 20) / (4 * columns)))
    let ones = [Float](repeating: 1, count: columns)
    let clock = ContinuousClock()
    let start = clock.now
    let columns = columns
    // Groups of tiles, so that progress is told between them.
    let group = chunk * 32
    for first in stride(from: 0, to: rows.count, by: group) {
      let members = first..<min(rows.count, first + group)
      try SerialBLAS.run { () throws(MVError) in
        try Parallel.forEach((members.count + chunk - 1) / chunk, threads: threads) { index throws(MVError) in
          let tile =
            members.lowerBound + index * chunk..<min(members.upperBound, members.lowerBound + (index + 1) * chunk)
          let values = WorkBuffer<Float>(uninitialized: tile.count * columns)
          let logits = WorkBuffer<Float>(uninitialized: tile.count * classes.count)
          reader.read(tile, into: values.pointer)
          mvk_standardise(values.pointer, tile.count, columns, centre, ones)
          for row in 0..<tile.count {
            for label in classes.indices { logits.pointer[row * classes.count + label] = Float(bias[label]) }
          }
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(tile.count), Int32(classes.count), Int32(columns), 1,
            values.pointer, Int32(columns), weights, Int32(columns), 1, logits.pointer, Int32(classes.count))
          for (row, position) in tile.enumerated() {
            body(position, logits.slice(row * classes.count..<(row + 1) * classes.count))
          }
        }
      }
      progress?(RunProgress(done: members.upperBound, total: rows.count, seconds: (clock.now - start).seconds))
    }
  }
}
