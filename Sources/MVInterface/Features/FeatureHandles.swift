internal import CInterface
internal import MVCore
internal import MVStore

/// A feature file behind a handle.
final class FeatureFileHandle: HandleContent {
  static let handleName = "feature file"
  let file: FeatureFile
  let generation: Int64? = mvi_generation()

  init(_ file: FeatureFile) { self.file = file }
}

/// The rows of one representation of one split behind a handle.
final class FeaturesHandle: HandleContent {
  static let handleName = "features"
  let matrix: FeatureMatrix
  let plan: RepresentationPlan
  let generation: Int64? = mvi_generation()

  init(_ matrix: FeatureMatrix, _ plan: RepresentationPlan) { (self.matrix, self.plan) = (matrix, plan) }

  /// Copies rows that `copy` reads into the caller's memory, in parts on several threads where there are many.
  ///
  /// `copy` is given positions among those asked for, and memory that holds exactly their rows.
  func read(
    _ count: Int, into rows: CallerRows, threads: Int,
    _ copy: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let columns = matrix.columns
    // A megabyte is copied sooner than another thread has begun.
    let piece = max(1, (1 << 18) / max(1, columns))
    let pieces = (count + piece - 1) / piece
    nonisolated(unsafe) let rows = rows
    Parallel.forEach(pieces, threads: pieces < 2 ? 1 : threads) { index in
      let range = index * piece..<min(count, (index + 1) * piece)
      if rows.stride == columns {
        let start = rows.start + range.lowerBound * columns
        copy(range, UnsafeMutableBufferPointer(start: start, count: range.count * columns))
      } else {
        for row in range {
          copy(row..<row + 1, UnsafeMutableBufferPointer(start: rows.start + row * rows.stride, count: columns))
        }
      }
    }
  }
}
