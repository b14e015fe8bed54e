internal import CKernels
internal import MVCore
internal import SystemOpenBLAS

/// Mean cross-entropy and its gradient for several sets of weights at once, in one pass over some rows.
///
/// A set is classes x columns weights, then a bias a class. Products run in single precision on tiles of rows; sums over
/// tiles run in double precision, in an order that does not depend on the number of threads.
struct ProbeObjective: Sendable {
  let data: ProbeData
  let classes: Int
  let tiles: [Range<Int>]
  let rows: Int

  init(data: ProbeData, classes: Int, ranges: [Range<Int>]) {
    self.data = data
    self.classes = classes
    tiles = data.tiles(ranges)
    rows = ranges.reduce(0) { $0 + $1.count }
  }

  /// Numbers in one set.
  var parameters: Int { classes * (data.columns + 1) }

  /// The mean cross-entropy of each set, and its gradient written over `gradients`, a set after the other; the penalty
  /// is left out.
  ///
  /// To be called within ``SerialBLAS``.
  func evaluate(_ points: [UnsafePointer<Double>], gradients: WorkBuffer<Double>) -> [Double] {
    let sets = points.count
    let columns = data.columns
    let total = sets * classes
    let (weights, biases) = ProbeObjective.stack(points, classes: classes, columns: columns)
    let bytes = 8 * total * (columns + 1)
    let parts = min(tiles.count, max(2, min(16, (256 << 20) / bytes)))
    let sums = WorkBuffer<Double>(parts * total * columns, repeating: 0)
    let biasSums = WorkBuffer<Double>(parts * total, repeating: 0)
    let losses = WorkBuffer<Double>(parts * sets, repeating: 0)
    try? Parallel.forEach(parts, threads: data.threads) { part throws(MVError) in
      let scratch = data.makeScratch()
      let logits = WorkBuffer<Float>(uninitialized: total * data.tileLength)
      let products = WorkBuffer<Float>(uninitialized: total * columns)
      for tile in tiles[part * tiles.count / parts..<(part + 1) * tiles.count / parts] {
        let count = tile.count
        let values = data.tile(tile, scratch: scratch)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(total), Int32(count), Int32(columns), 1, weights.pointer,
          Int32(columns), values, Int32(columns), 0, logits.pointer, Int32(count))
        data.labels.withUnsafeBufferPointer { labels in
          for set in 0..<sets {
            losses.pointer[part * sets + set] += mvk_softmax_gradient(
              logits.pointer + set * classes * count, count, count, classes, biases.pointer + set * classes,
              labels.baseAddress! + tile.lowerBound, 1)
          }
        }
        for row in 0..<total { biasSums.pointer[part * total + row] += mvk_sum(logits.pointer + row * count, count) }
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(total), Int32(columns), Int32(count), 1, logits.pointer,
          Int32(count), values, Int32(columns), 0, products.pointer, Int32(columns))
        mvk_accumulate(products.pointer, sums.pointer + part * total * columns, total * columns)
      }
    }
    let scale = 1 / Double(rows)
    try? Parallel.forEach(sets, threads: data.threads) { set throws(MVError) in
      let target = gradients.pointer + set * parameters
      let size = classes * columns
      for index in 0..<size {
        var sum = 0.0
        for part in 0..<parts { sum += sums.pointer[part * total * columns + set * size + index] }
        target[index] = sum * scale
      }
      for index in 0..<classes {
        var sum = 0.0
        for part in 0..<parts { sum += biasSums.pointer[part * total + set * classes + index] }
        target[size + index] = sum * scale
      }
    }
    return (0..<sets).map { set in
      (0..<parts).reduce(0.0) { $0 + losses.pointer[$1 * sets + set] } * scale
    }
  }

  /// The part of the rows that each set classifies rightly; ties go to the first class.
  func accuracies(_ points: [UnsafePointer<Double>]) -> [Int] {
    let sets = points.count
    let columns = data.columns
    let total = sets * classes
    let (weights, biases) = ProbeObjective.stack(points, classes: classes, columns: columns)
    let hits = WorkBuffer<Int>(tiles.count * sets, repeating: 0)
    try? Parallel.forEach(tiles.count, threads: data.threads) { index throws(MVError) in
      let tile = tiles[index]
      let count = tile.count
      let scratch = data.makeScratch()
      let logits = WorkBuffer<Float>(uninitialized: total * count)
      let values = data.tile(tile, scratch: scratch)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(total), Int32(count), Int32(columns), 1, weights.pointer,
        Int32(columns), values, Int32(columns), 0, logits.pointer, Int32(count))
      for set in 0..<sets {
        for row in 0..<count {
          var best = 0
          var highest = -Float.infinity
          for label in 0..<classes {
            let value = logits.pointer[(set * classes + label) * count + row] + biases.pointer[set * classes + label]
            if value > highest { (best, highest) = (label, value) }
          }
          if best == Int(data.labels[tile.lowerBound + row]) { hits.pointer[index * sets + set] += 1 }
        }
      }
    }
    return (0..<sets).map { set in (0..<tiles.count).reduce(0) { $0 + hits.pointer[$1 * sets + set] } }
  }

  /// The sets in single precision: all weights, set after set, and all biases.
  private static func stack(
    _ points: [UnsafePointer<Double>], classes: Int, columns: Int
  ) -> (WorkBuffer<Float>, WorkBuffer<Float>) {
    let size = classes * columns
    let weights = WorkBuffer<Float>(uninitialized: points.count * size)
    let biases = WorkBuffer<Float>(uninitialized: points.count * classes)
    for (set, point) in points.enumerated() {
      for index in 0..<size { weights.pointer[set * size + index] = Float(point[index]) }
      for index in 0..<classes { biases.pointer[set * classes + index] = Float(point[size + index]) }
    }
    return (weights, biases)
  }
}
