internal import MVCore
internal import SystemOpenBLAS

/// An approximate inverse of the Hessian of a penalized probe, from the curvature at a point it has passed.
///
/// Either all classes share one Gram matrix, weighted by the mean of their curvatures, or each has its own. Both leave
/// out how classes act on each other, but for their sum, which the loss does not depend on: that of a direction is 0.
final class CurvaturePreconditioner: Sendable {
  private let grams: [CurvatureGram]
  /// For each Gram matrix, the Cholesky factors of its blocks.
  private let factors: [[WorkBuffer<Float>]]
  private let classes: Int
  private let columns: Int
  private let threads: Int

  /// Factors Gram matrix + `lambda`: one for all classes, or one for each.
  init(_ grams: [CurvatureGram], lambda: Double, classes: Int, threads: Int) {
    self.grams = grams
    self.classes = classes
    self.threads = threads
    columns = grams[0].columns
    let blocks = grams[0].blocks.count
    let slots = grams.map { $0.values.map { WorkBuffer<Float>(uninitialized: $0.count) } }
    // Many matrices are factored side by side, a single one by all threads.
    let threadsEach = grams.count * blocks > 1 ? 1 : threads
    Parallel.forEach(grams.count * blocks, threads: threads) { index in
      let (gram, block) = (index / blocks, index % blocks)
      let size = grams[gram].blocks[block].count
      Self.factor(grams[gram].values[block], size: size, lambda, slots[gram][block], threads: threadsEach)
    }
    factors = slots
  }

  private static func factor(
    _ moments: WorkBuffer<Float>, size: Int, _ lambda: Double, _ target: WorkBuffer<Float>, threads: Int
  ) {
    var trace: Float = 0
    for index in 0..<size { trace += max(0, moments.pointer[index * size + index]) }
    var ridge = Float(lambda) + 1e-7 * trace / Float(size)
    if !(ridge > 1e-30) { ridge = 1e-30 }
    while true {
      target.pointer.update(from: moments.pointer, count: size * size)
      for index in 0..<size { target.pointer[index * size + index] += ridge }
      let isDefinite =
        threads > 1
        ? Cholesky.factor(target, size: size, threads: threads)
        : Cholesky.factor(target.pointer, size: size, stride: size)
      if isDefinite || !ridge.isFinite { return }
      ridge *= 4
    }
  }

  /// Replaces `vector`, laid out as a set of ``ProbeObjective``, by the approximate inverse times the vector.
  func apply(_ vector: UnsafeMutablePointer<Double>) {
    let classes = classes
    let columns = columns
    takeMean(from: vector)
    nonisolated(unsafe) let target = vector
    let values = WorkBuffer<Float>(uninitialized: classes * columns)
    let sizes = WorkBuffer<Double>(uninitialized: classes)
    Parallel.forEach(classes, threads: threads) { row in
      let center = grams[grams.count > 1 ? row : 0].center.pointer
      let source = target + row * columns
      let bias = target[classes * columns + row]
      var largest = 0.0
      for column in 0..<columns {
        source[column] -= bias * center[column]
        largest = max(largest, abs(source[column]))
      }
      // Gradients become very small; the factor's single precision must not turn them into zeros.
      sizes.pointer[row] = largest
      let factor = largest > 0 ? 1 / largest : 0
      for column in 0..<columns { values.pointer[row * columns + column] = Float(source[column] * factor) }
    }
    solve(values)
    Parallel.forEach(classes, threads: threads) { row in
      let gram = grams[grams.count > 1 ? row : 0]
      let source = values.pointer + row * columns
      let result = target + row * columns
      for column in 0..<columns { result[column] = Double(source[column]) * sizes.pointer[row] }
      target[classes * columns + row] =
        target[classes * columns + row] / max(gram.total, 1e-30)
        - cblas_ddot(Int32(columns), result, 1, gram.center.pointer, 1)
    }
    takeMean(from: vector)
  }

  /// Multiplies the rows of `values`, classes x columns, by the inverse of their class.
  private func solve(_ values: WorkBuffer<Float>) {
    let columns = columns
    let blocks = grams[0].blocks
    // Rows that share a factor are solved some dozens at a time: fewer are slower, more leave threads idle.
    let parts = grams.count > 1 ? classes : (classes + 49) / 50
    Parallel.forEach(parts * blocks.count, threads: threads) { index in
      let (part, place) = (index / blocks.count, index % blocks.count)
      let rows = part * classes / parts..<(part + 1) * classes / parts
      let size = Int32(blocks[place].count)
      let factor = factors[grams.count > 1 ? part : 0][place].pointer
      let target = values.pointer + rows.lowerBound * columns + blocks[place].lowerBound
      // The factor L is lower, row by row: v (L L^T)^-1 = (v L^-T) L^-1.
      for form in [CblasTrans, CblasNoTrans] {
        cblas_strsm(
          CblasRowMajor, CblasRight, CblasLower, form, CblasNonUnit, Int32(rows.count), size, 1, factor, size, target,
          Int32(columns))
      }
    }
  }

  /// Subtracts the mean over the classes from the weights of each column, and from the biases.
  private func takeMean(from vector: UnsafeMutablePointer<Double>) {
    let classes = classes
    let columns = columns
    nonisolated(unsafe) let target = vector
    let span = 1024
    Parallel.forEach((columns + span - 1) / span, threads: threads) { part in
      let range = part * span..<min(columns, (part + 1) * span)
      var sums = [Double](repeating: 0, count: range.count)
      for row in 0..<classes {
        let values = target + row * columns + range.lowerBound
        for index in 0..<range.count { sums[index] += values[index] }
      }
      for index in 0..<range.count { sums[index] /= Double(classes) }
      for row in 0..<classes {
        let values = target + row * columns + range.lowerBound
        for index in 0..<range.count { values[index] -= sums[index] }
      }
    }
    let biases = vector + classes * columns
    var sum = 0.0
    for index in 0..<classes { sum += biases[index] }
    for index in 0..<classes { biases[index] -= sum / Double(classes) }
  }
}
