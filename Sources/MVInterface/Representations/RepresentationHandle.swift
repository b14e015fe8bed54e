internal import CInterface
internal import MVCore
internal import MVImaging
internal import MVRepresentations
internal import Synchronization

/// A representation behind a handle.
final class RepresentationHandle: HandleContent {
  static let handleName = "representation"

  let specification: RepresentationSpecification
  let representation: any Representation
  /// How many values the rows of the sizes asked for last have: naming all axes takes longer than a small image.
  private let columns = Mutex<[ImageShape: Int]>([:])

  init(_ specification: RepresentationSpecification) throws(MVError) {
    // Once a process: the threads are ours.
    Self.useOneThreadPerCall
    self.specification = specification
    representation = try specification.make()
  }

  static let useOneThreadPerCall: Void = Imaging.useOneThreadPerCall()

  /// The shape and axes of a row; throws where the representation does, or where a row is too long.
  func layout(for shape: ImageShape) throws -> FeatureLayout {
    let layout = try representation.layout(for: shape)
    var count = 1
    for length in layout.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product < 1 << 31 else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "representation \(specification)",
          "has rows of more than 2147483647 values for images of \(shape)", remedy: "make the images smaller")
      }
      count = product
    }
    return layout
  }

  /// The number of values in a row; throws as ``layout(for:)`` does.
  func columns(for shape: ImageShape) throws -> Int {
    if let known = columns.withLock({ $0[shape] }) { return known }
    let count = try layout(for: shape).count
    columns.withLock {
      if $0.count >= 64 { $0.removeAll() }
      $0[shape] = count
    }
    return count
  }

  /// Throws where floats are given to a representation that takes bytes alone.
  func checkType(_ images: CallerImages) throws(Refusal) {
    let kind = type(of: representation)
    guard images.hasFloats, !kind.takesFloatPixels else { return }
    throw Refusal(
      MVMR_UNSUPPORTED_TYPE, "representation \(kind.name)", "takes 8-bit images, and these are floats",
      remedy: "bring the pixels to 0...255 in uint8")
  }

  /// Computes the rows of all images, a few at a time on each thread.
  func compute(_ images: CallerImages, into rows: CallerRows, columns: Int, threads: Int) throws(MVError) {
    let count = images.count
    // Pixels and rows that stay in a core's own cache, and enough pieces that no thread waits long for another.
    let bytes = (images.shape.count + columns) * 4
    let piece = max(1, min((1 << 19) / bytes, (count + 4 * threads - 1) / (4 * threads)))
    let pieces = (count + piece - 1) / piece
    nonisolated(unsafe) let rows = rows
    nonisolated(unsafe) let images = images
    let work = { @Sendable (index: Int) throws(MVError) -> Void in
      let range = index * piece..<min(count, (index + 1) * piece)
      do throws(MVError) { try self.compute(images.batch(range), into: rows, from: range.lowerBound, columns) } catch {
        throw error.movedRow(by: range.lowerBound)
      }
    }
    if threads == 1 || pieces <= 1 {
      for index in 0..<pieces { try work(index) }
    } else {
      try Parallel.forEach(pieces, threads: threads, work)
    }
  }

  private func compute(
    _ batch: ImageBatch, into rows: CallerRows, from first: Int, _ columns: Int
  ) throws(MVError) {
    let total = batch.count * columns
    if rows.stride == columns || batch.count == 1 {
      // As extraction does: what a representation leaves untouched is 0.
      let target = UnsafeMutableBufferPointer(start: rows.start + first * rows.stride, count: total)
      target.update(repeating: 0)
      var span = target.mutableSpan
      try representation.compute(batch, into: &span)
      return
    }
    var values = [Float](repeating: 0, count: total)
    var span = values.mutableSpan
    try representation.compute(batch, into: &span)
    values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      for row in 0..<batch.count {
        (rows.start + (first + row) * rows.stride).update(from: source + row * columns, count: columns)
      }
    }
  }
}
