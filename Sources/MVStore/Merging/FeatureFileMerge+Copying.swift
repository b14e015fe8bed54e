internal import Foundation
public import MVCore
internal import MVFiles
internal import Synchronization

extension FeatureFileMerge {
  /// Writes a file of its own, plain or in the end compressed, or finishes one that was begun.
  ///
  /// Throws where a block does not match its checksum, naming the shard and the rows; what was copied before stays.
  public func copy(
    overwrite: Bool = false, compressed: Bool = false, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(),
    _ progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Summary {
    let start = ContinuousClock.now
    if compressed, !overwrite, try FeatureFile.ifPacked(output, by: plan) != nil { return summary(since: start) }
    let writer = try FeatureFileWriter(creatingOrResuming: output, plan: plan, overwrite: overwrite)
    // The lock, until the packed file stands in its place.
    defer { withExtendedLifetime(writer) {} }
    for split in plan.splits {
      for file in shards {
        guard let part = file.splits.first(where: { $0.name == split.name }) else { continue }
        let first = file.shard?.start(of: split.name) ?? 0
        for row in part.skipped.indices where part.skipped[row] == 1 {
          try writer.markSkipped(first + row, of: split.name)
        }
      }
    }
    let readers = try shards.map { (file) throws(MVError) in try StoredRowReader(file) }
    let blocks = writer.missingBlocks
    let before = writer.rows - blocks.reduce(0) { $0 + $1.rows.count }
    let done = Mutex(before)
    let buffers = ReadingBuffers(size: 1 << 20)
    do throws(MVError) {
      try Parallel.forEach(blocks.count, threads: threads) { index throws(MVError) in
        guard !cancellation.isCancelled else { return }
        for name in blocks[index].missing { try copy(name, blocks[index], to: writer, readers, buffers) }
        done.withLock { done in
          done += blocks[index].rows.count
          let seconds = (ContinuousClock.now - start).seconds
          progress(RunProgress(doneBefore: before, done: done, total: writer.rows, seconds: seconds))
        }
      }
    } catch {
      try? writer.finish()
      throw error
    }
    try writer.finish()
    let rows = done.withLock { $0 }
    guard rows == writer.rows else {
      throw MVError(
        .interrupted, output.path, "was stopped after \(rows) of \(writer.rows) rows",
        remedy: "run the same command again: it goes on from there")
    }
    if compressed {
      try FeatureFilePacking.write(output, to: output, compressed: true, cancellation: cancellation, progress)
    }
    return summary(since: start)
  }

  /// Copies one block of one representation as it is stored; the block lies in one shard, which hold whole blocks.
  private func copy(
    _ name: String, _ block: FeatureBlock, to writer: FeatureFileWriter, _ readers: [StoredRowReader],
    _ buffers: ReadingBuffers
  ) throws(MVError) {
    for (file, reader) in zip(shards, readers) {
      guard let part = file.splits.first(where: { $0.name == block.split }), let shard = file.shard else { continue }
      let first = shard.start(of: block.split)
      guard (first..<first + part.rows).contains(block.rows.lowerBound) else { continue }
      let (offset, column) = try writer.place(of: name, in: block)
      let rows = block.rows.lowerBound - first..<block.rows.upperBound - first
      var sum: UInt32 = 0
      try buffers.withBuffer { (buffer) throws(MVError) in
        try reader.read(rows, of: part.features[column], in: block.split, through: buffer) {
          (bytes, place) throws(MVError) in
          sum = Checksum.of(bytes, after: sum)
          try writer.file.write(bytes, at: offset + place)
        }
      }
      guard sum == part.sums[rows.lowerBound / part.blockRows * part.features.count + column] else {
        throw .badData(
          file.path,
          "does not match its checksum in rows \(rows.lowerBound)...\(rows.upperBound - 1) of "
            + "\(block.split)/\(name)", remedy: "restore the file, or extract this shard again")
      }
      try writer.settle(sum, of: column, block)
      return
    }
    throw .internalFault(output.path, "has a block of \(block.split) that no shard holds")
  }
}
