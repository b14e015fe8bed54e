internal import CKernels
internal import Foundation
public import MVCore
internal import Synchronization

extension FeatureFile {
  /// Compares the checksum of every finished block, and checks values.
  ///
  /// Values must be finite outside skipped rows; labels and ids, and their checksums, were looked at on opening. Throws
  /// the first fault in the order of the file, naming the row if possible and otherwise the rows of the block. Missing
  /// blocks are counted, not thrown.
  public func verify(
    threads: Int = Parallel.processorCount, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> FeatureFileVerification {
    let start = ContinuousClock.now
    var bytes = 0
    var missing = 0
    // All blocks of the file in one list, so that small splits do not leave threads idle.
    var blocks: [(split: StoredSplit, column: Int, block: Int)] = []
    for split in stored.splits {
      let width = split.features.count
      for column in split.features.indices {
        let done = (0..<split.blockCount).filter { split.done[$0 * width + column] == 1 }
        blocks += done.map { (split, column, $0) }
        missing += split.blockCount - done.count
        bytes += split.doneRows(of: column) * split.features[column].rowBytes
      }
    }
    let reader = try StoredRowReader(stored)
    let buffers = BufferPool(byteCount: FeatureFile.pieceSize)
    let checked = Mutex(0)
    let fault = Mutex<(place: Int, error: MVError)?>(nil)
    do throws(MVError) {
      try Parallel.forEach(blocks.count, threads: threads) { [blocks] place throws(MVError) in
        guard !cancellation.isCancelled else { return }
        let block = blocks[place]
        do throws(MVError) {
          try check(block.block, column: block.column, of: block.split, reader, buffers)
        } catch {
          // Blocks are begun in order, so the first fault is among those found.
          fault.withLock { if $0.map({ place < $0.place }) ?? true { $0 = (place, error) } }
          throw error
        }
        checked.withLock { done in
          done += 1
          progress(RunProgress(done: done, total: blocks.count, seconds: (ContinuousClock.now - start).seconds))
        }
      }
    } catch {
      throw fault.withLock { $0?.error } ?? error
    }
    let done = checked.withLock { $0 }
    guard done == blocks.count else {
      throw MVError(
        .interrupted, url.path, "was stopped after \(done) of \(blocks.count) blocks", remedy: "run the command again")
    }
    let seconds = (ContinuousClock.now - start).seconds
    return FeatureFileVerification(bytes: bytes, blocks: blocks.count, missingBlocks: missing, seconds: seconds)
  }

  /// The number of bytes read at a time: they stay in a core's own cache for the checksum and the check of values.
  private static let pieceSize = 1 << 18

  private func check(
    _ block: Int, column: Int, of split: StoredSplit, _ reader: StoredRowReader, _ buffers: BufferPool
  ) throws(MVError) {
    let rows = split.rows(ofBlock: block)
    let features = split.features[column]
    let name = "\(split.name)/\(features.plan.name)"
    var sum: UInt32 = 0
    var bad: Int?
    var looksAtSkipped = SkippedRowCheck(rows.filter { split.skipped[$0] == 1 }, rowBytes: features.rowBytes)
    try buffers.withBuffer { (buffer) throws(MVError) in
      try reader.read(rows, of: features, in: split.name, through: buffer) { (bytes, offset) in
        sum = Checksum.of(bytes, after: sum)
        if bad == nil { bad = badRow(bytes, from: offset, in: rows, split, features) }
        looksAtSkipped.look(bytes, at: offset, first: rows.lowerBound, features)
      }
    }
    guard sum == split.sums[block * split.features.count + column] else {
      throw .badData(
        url.path,
        "\(name) does not match its checksum in rows \(rows.lowerBound)...\(rows.upperBound - 1) "
          + "(from \(split.ids[rows.lowerBound]))",
        remedy: stored.mending)
    }
    if let unskipped = looksAtSkipped.filled {
      throw .badData(
        url.path,
        "row \(unskipped) of \(split.name) (\(split.ids[unskipped])) is marked as skipped, but \(name) holds values",
        remedy: stored.mending)
    }
    if let bad {
      throw .badData(
        url.path, "\(name) is not finite in row \(bad) (\(split.ids[bad]))",
        remedy: stored.mending)
    }
  }

  /// The first row, not skipped, with a value that is not finite, in bytes that begin `offset` bytes into a block.
  private func badRow(
    _ bytes: UnsafeRawBufferPointer, from offset: Int, in rows: Range<Int>, _ split: StoredSplit,
    _ features: StoredFeatures
  ) -> Int? {
    let size = features.element.size
    let count = bytes.count / size
    let first = offset / size
    var place = 0
    while place < count {
      let rest = bytes.baseAddress! + place * size
      switch features.element {
      case .float16: place += mvk_first_not_finite_float16(rest, count - place)
      case .float32: place += mvk_first_beyond(rest, count - place, .greatestFiniteMagnitude)
      }
      guard place < count else { return nil }
      let row = (first + place) / features.plan.columns
      guard split.skipped[rows.lowerBound + row] == 1 else { return rows.lowerBound + row }
      place = (row + 1) * features.plan.columns - first
    }
    return nil
  }
}
