internal import Foundation
public import MVCore
internal import MVFiles

extension FeatureFileMerge {
  /// Writes a file that holds all rows itself, plain or compressed in the end, or finishes one that was begun.
  ///
  /// Throws, naming the shard and the rows, where a block does not match its checksum; what was copied before stays.
  public func copy(
    overwrite: Bool = false, compressed: Bool = false, threads: Int = Parallel.processorCount,
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> MergeSummary {
    if !overwrite, let file = try FeatureFile.ifFinished(output, by: plan, compressed: compressed) {
      return MergeSummary(shards: shards.count, fill: FillSummary(whole: file))
    }
    let writer = try FeatureFileWriter(creatingOrResuming: output, plan: plan, overwrite: overwrite)
    for (splitIndex, parts) in parts.enumerated() {
      for part in parts {
        for row in part.split.skipped.indices where part.split.skipped[row] == 1 {
          try writer.markSkipped(part.rows.lowerBound + row, of: splitIndex)
        }
      }
    }
    let readers = try shards.map { (file) throws(MVError) in try StoredRowReader(file) }
    let buffers = BufferPool(byteCount: 1 << 20)
    let fill = try writer.fill(threads: threads, cancellation: cancellation, progress: progress) {
      (block) throws(MVError) in
      try copy(block, to: writer, readers, buffers)
    }
    if compressed { try writer.compress(cancellation: cancellation, progress: progress) }
    return MergeSummary(shards: shards.count, fill: fill)
  }

  /// Copies one block of one representation as it is stored; shards hold whole blocks, so the block lies in one shard.
  private func copy(
    _ block: FeatureBlock, to writer: FeatureFileWriter, _ readers: [StoredRowReader], _ buffers: BufferPool
  ) throws(MVError) {
    guard let part = parts[block.splitIndex].first(where: { $0.rows.contains(block.rows.lowerBound) }) else {
      throw .internalFault(output.path, "has rows \(block.rows) that no shard holds")
    }
    let rows = block.rows.lowerBound - part.rows.lowerBound..<block.rows.upperBound - part.rows.lowerBound
    let width = part.split.features.count
    for column in block.missing {
      let features = part.split.features[column]
      let offset = try writer.offset(of: column, in: block)
      var sum: UInt32 = 0
      try buffers.withBuffer { (buffer) throws(MVError) in
        try readers[part.shard].read(rows, of: features, in: part.split.name, through: buffer) {
          (bytes, place) throws(MVError) in
          sum = Checksum.of(bytes, after: sum)
          try writer.file.write(bytes, at: offset + place)
        }
      }
      guard sum == part.split.sums[rows.lowerBound / part.split.blockRows * width + column] else {
        throw .badData(
          shards[part.shard].path,
          "does not match its checksum in rows \(rows.lowerBound)...\(rows.upperBound - 1) of "
            + "\(part.split.name)/\(features.plan.name)", remedy: "restore the file, or extract this shard again")
      }
      try writer.settle(sum, of: column, block)
    }
  }
}
