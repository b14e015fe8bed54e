internal import CKernels
internal import MVCore
internal import SystemOpenBLAS

/// One pass over rows for several linear models at once: their scores, a loss of these, and its gradient.
///
/// A set is `outputs` x columns weights, followed by one bias per output. Products run in single precision on tiles of
/// rows; sums over tiles run in double precision, in an order that does not depend on the number of threads.
struct LinearPass: Sendable {
  let data: ProbeData
  /// The number of scores per row and set.
  let outputs: Int
  let tiles: [Range<Int>]

  /// The number of values in one set.
  var parameters: Int { outputs * (data.columns + 1) }

  /// The loss of each set times its entry in `scales`; writes the gradients to `gradients`, one set after the other.
  ///
  /// `loss` gets a set, its scores of a tile without biases (output by output), its biases and the tile. It returns the
  /// sum of the losses and replaces the scores by the gradient with respect to them. To be called within
  /// ``SerialBLAS``.
  func evaluate(
    _ points: [UnsafePointer<Double>], gradients: WorkBuffer<Double>, scales: [Double],
    loss: @Sendable (Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>, Range<Int>) -> Double
  ) throws(MVError) -> [Double] {
    let sets = points.count
    let columns = data.columns
    let total = sets * outputs
    let (weights, biases) = stack(points)
    let bytes = 8 * total * (columns + 1)
    let parts = min(tiles.count, max(2, min(16, (256 << 20) / bytes)))
    let sums = WorkBuffer<Double>(uninitialized: parts * total * columns)
    let biasSums = WorkBuffer<Double>(parts * total, repeating: 0)
    let losses = WorkBuffer<Double>(parts * sets, repeating: 0)
    try Parallel.forEach(parts, threads: data.threads) { part throws(MVError) in
      let scratch = data.makeScratch()
      let scores = WorkBuffer<Float>(uninitialized: total * data.tileLength)
      let products = WorkBuffer<Float>(uninitialized: total * columns)
      (sums.pointer + part * total * columns).update(repeating: 0, count: total * columns)
      for tile in tiles[part * tiles.count / parts..<(part + 1) * tiles.count / parts] {
        try data.run.check()
        let count = tile.count
        let extent = data.extent(tile)
        let values = data.tile(tile, scratch: scratch)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(total), Int32(count), Int32(extent), 1, weights.pointer,
          Int32(columns), values, Int32(columns), 0, scores.pointer, Int32(count))
        for set in 0..<sets {
          losses.pointer[part * sets + set] += loss(
            set, scores.pointer + set * outputs * count, UnsafePointer(biases.pointer + set * outputs), tile)
        }
        for row in 0..<total { biasSums.pointer[part * total + row] += mvk_sum(scores.pointer + row * count, count) }
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(total), Int32(extent), Int32(count), 1, scores.pointer,
          Int32(count), values, Int32(columns), 0, products.pointer, Int32(columns))
        let target = sums.pointer + part * total * columns
        for row in 0..<total {
          mvk_accumulate(products.pointer + row * columns, target + row * columns, extent)
        }
      }
    }
    let size = outputs * columns
    for set in 0..<sets {
      let offset = set * parameters
      LongVector(count: size, threads: data.threads).forEachPiece { range in
        for index in range {
          var sum = 0.0
          for part in 0..<parts { sum += sums.pointer[part * total * columns + set * size + index] }
          gradients.pointer[offset + index] = sum * scales[set]
        }
      }
      for index in 0..<outputs {
        var sum = 0.0
        for part in 0..<parts { sum += biasSums.pointer[part * total + set * outputs + index] }
        gradients.pointer[offset + size + index] = sum * scales[set]
      }
    }
    return (0..<sets).map { set in
      (0..<parts).reduce(0.0) { $0 + losses.pointer[$1 * sets + set] } * scales[set]
    }
  }

  /// Calls `body` with each tile, the scores of every set (set by set, output by output, without biases), which it may
  /// change, and all biases.
  func forEachScores(
    _ points: [UnsafePointer<Double>],
    _ body: @Sendable (Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
  ) throws(MVError) {
    let columns = data.columns
    let total = points.count * outputs
    let (weights, biases) = stack(points)
    try Parallel.forEach(tiles.count, threads: data.threads) { index throws(MVError) in
      try data.run.check()
      let tile = tiles[index]
      let scratch = data.makeScratch()
      let scores = WorkBuffer<Float>(uninitialized: total * tile.count)
      let values = data.tile(tile, scratch: scratch)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(total), Int32(tile.count), Int32(data.extent(tile)), 1,
        weights.pointer, Int32(columns), values, Int32(columns), 0, scores.pointer, Int32(tile.count))
      body(index, scores.pointer, UnsafePointer(biases.pointer))
    }
  }

  /// The sets in single precision: all weights, set after set, and all biases.
  private func stack(_ points: [UnsafePointer<Double>]) -> (WorkBuffer<Float>, WorkBuffer<Float>) {
    let size = outputs * data.columns
    let weights = WorkBuffer<Float>(uninitialized: points.count * size)
    let biases = WorkBuffer<Float>(uninitialized: points.count * outputs)
    for (set, point) in points.enumerated() {
      nonisolated(unsafe) let point = point
      LongVector(count: size, threads: data.threads).forEachPiece { range in
        for index in range { weights.pointer[set * size + index] = Float(point[index]) }
      }
      for index in 0..<outputs { biases.pointer[set * outputs + index] = Float(point[size + index]) }
    }
    return (weights, biases)
  }
}
