internal import MVCore
internal import SystemOpenBLAS

/// Numbers so many that several threads work on them, each on pieces of a fixed length.
///
/// Sums are added in the order of the pieces, so that they do not depend on the number of threads.
struct LongVector: Sendable {
  let count: Int
  let threads: Int

  /// The length of a piece: a dozen of them stay in a processor's own cache.
  private static let length = 8192

  private var pieces: Int { (count + Self.length - 1) / Self.length }

  private func range(_ piece: Int) -> Range<Int> { piece * Self.length..<min(count, (piece + 1) * Self.length) }

  /// Calls `body` with the places of each piece.
  func forEachPiece(_ body: @Sendable (Range<Int>) -> Void) {
    guard pieces > 1 else { return body(0..<count) }
    Parallel.forEach(pieces, threads: threads) { body(range($0)) }
  }

  /// `number` sums over all places; `body` writes those of a piece.
  func sums(_ number: Int, _ body: @Sendable (Range<Int>, UnsafeMutablePointer<Double>) -> Void) -> [Double] {
    let parts = WorkBuffer<Double>(max(1, pieces) * number, repeating: 0)
    guard pieces > 1 else {
      body(0..<count, parts.pointer)
      return parts.array
    }
    Parallel.forEach(pieces, threads: threads) { body(range($0), parts.pointer + $0 * number) }
    return (0..<number).map { place in
      (0..<pieces).reduce(0) { $0 + parts.pointer[$1 * number + place] }
    }
  }

  func copy(_ source: UnsafePointer<Double>, to target: WorkBuffer<Double>) {
    nonisolated(unsafe) let source = source
    forEachPiece { range in
      (target.pointer + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
    }
  }

  /// The inner product of two vectors.
  func dot(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>) -> Double {
    nonisolated(unsafe) let (left, right) = (left, right)
    return sums(1) { range, sums in
      sums[0] = cblas_ddot(Int32(range.count), left + range.lowerBound, 1, right + range.lowerBound, 1)
    }[0]
  }
}
