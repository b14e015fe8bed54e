internal import MVCore
internal import SystemOpenBLAS

/// An approximate inverse of the Hessian of a penalized probe, from the curvature at a point it has passed.
///
/// Either all classes share one Gram matrix, weighted by the mean of their curvatures, or each has its own. Both leave
/// out how classes act on each other, but for their sum, which the loss does not depend on: that of a direction is 0.
final class CurvaturePreconditioner: Sendable {
  private let grams: [CurvatureGram]
  /// For each Gram matrix, the Cholesky factors of its blocks, or their inverses.
  private let factors: [[WorkBuffer<Float>]]
  /// Whether inverses are kept: for many classes a product with them is faster by more than they take.
  private let isInverse: Bool
  private let classes: Int
  private let columns: Int
  private let threads: Int

  /// Whether factors of so many Gram matrices are made inverses.
  static func inverts(_ grams: Int, _ classes: Int) -> Bool { grams == 1 && classes >= 32 }

  /// Factors Gram matrix + `lambda`: one for all classes, or one for each.
  init(_ grams: [CurvatureGram], lambda: Double, classes: Int, threads: Int) {
    self.grams = grams
    self.classes = classes
    self.threads = threads
    columns = grams[0].columns
    let blocks = grams[0].blocks.count
    let slots = grams.map { $0.values.map { WorkBuffer<Float>(uninitialized: $0.count) } }
    let isInverse = Self.inverts(grams.count, classes)
    Parallel.forEach(grams.count * blocks, threads: threads) { index in
      let (gram, block) = (index / blocks, index % blocks)
      let size = grams[gram].blocks[block].count
      Self.factor(grams[gram].values[block], size: size, lambda, slots[gram][block])
      if isInverse { Self.invert(slots[gram][block], size: size) }
    }
    factors = slots
    self.isInverse = isInverse
  }

  private static func factor(
    _ moments: WorkBuffer<Float>, size: Int, _ lambda: Double, _ target: WorkBuffer<Float>
  ) {
    var trace: Float = 0
    for index in 0..<size { trace += max(0, moments.pointer[index * size + index]) }
    var ridge = Float(lambda) + 1e-7 * trace / Float(size)
    if !(ridge > 1e-30) { ridge = 1e-30 }
    while true {
      target.pointer.update(from: moments.pointer, count: size * size)
      for index in 0..<size { target.pointer[index * size + index] += ridge }
      // Row by row and lower is column by column and upper.
      var order = Int32(size)
      var status: Int32 = 0
      spotrf_("U", &order, target.pointer, &order, &status)
      if status == 0 || !ridge.isFinite { return }
      ridge *= 4
    }
  }

  /// Makes a factor the whole inverse.
  private static func invert(_ factor: WorkBuffer<Float>, size: Int) {
    var order = Int32(size)
    var status: Int32 = 0
    spotri_("U", &order, factor.pointer, &order, &status)
    for row in 0..<size {
      for column in 0..<row { factor.pointer[column * size + row] = factor.pointer[row * size + column] }
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
    let solved = solve(values)
    Parallel.forEach(classes, threads: threads) { row in
      let gram = grams[grams.count > 1 ? row : 0]
      let source = solved.pointer + row * columns
      let result = target + row * columns
      for column in 0..<columns { result[column] = Double(source[column]) * sizes.pointer[row] }
      target[classes * columns + row] =
        target[classes * columns + row] / max(gram.total, 1e-30)
        - cblas_ddot(Int32(columns), result, 1, gram.center.pointer, 1)
    }
    takeMean(from: vector)
  }

  /// The rows of `values`, classes x columns, times the inverse of their class.
  private func solve(_ values: WorkBuffer<Float>) -> WorkBuffer<Float> {
    let columns = columns
    let blocks = grams[0].blocks
    guard isInverse else {
      let groups = grams.count > 1 ? classes : 1
      Parallel.forEach(groups * blocks.count, threads: threads) { index in
        let (group, place) = (index / blocks.count, index % blocks.count)
        let count = Int32(grams.count > 1 ? 1 : classes)
        let size = Int32(blocks[place].count)
        let factor = factors[group][place].pointer
        let part = values.pointer + group * columns + blocks[place].lowerBound
        // The factor L is lower, row by row: v (L L^T)^-1 = (v L^-T) L^-1.
        for form in [CblasTrans, CblasNoTrans] {
          cblas_strsm(
            CblasRowMajor, CblasRight, CblasLower, form, CblasNonUnit, count, size, 1, factor, size, part,
            Int32(columns))
        }
      }
      return values
    }
    let result = WorkBuffer<Float>(uninitialized: values.count)
    let strips = blocks.enumerated().flatMap { place, block in
      stride(from: block.lowerBound, to: block.upperBound, by: 256).map {
        (place, $0..<min(block.upperBound, $0 + 256))
      }
    }
    Parallel.forEach(strips.count, threads: threads) { index in
      let (place, strip) = strips[index]
      let block = blocks[place]
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(classes), Int32(strip.count), Int32(block.count), 1,
        values.pointer + block.lowerBound, Int32(columns),
        factors[0][place].pointer + strip.lowerBound - block.lowerBound, Int32(block.count), 0,
        result.pointer + strip.lowerBound, Int32(columns))
    }
    return result
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
