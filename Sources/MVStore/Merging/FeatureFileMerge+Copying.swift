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
    guard writer.plan.blockRows == plan.blockRows else {
      throw .usage(
        output.path, "has blocks of \(writer.plan.blockRows) rows, the shards of \(plan.blockRows)",
        remedy: "give --overwrite to replace the file, or another --output")
    }
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

  /// Copies one block of what it lacks, as it is stored; it lies in one shard, or in several that each hold a part.
  ///
  /// Throws where a part does not match its checksum.
  private func copy(
    _ block: FeatureBlock, to writer: FeatureFileWriter, _ readers: [StoredRowReader], _ buffers: BufferPool
  ) throws(MVError) {
    for column in block.missing {
      let offset = try writer.offset(of: column, in: block)
      var (sum, place): (UInt32, Int) = (0, 0)
      for part in parts[block.splitIndex] where part.rows.overlaps(block.rows) {
        let (own, bytes) = try copy(
          block.rows.clamped(to: part.rows), column, of: part, to: writer, at: offset + place, readers, buffers)
        sum = Checksum.joined(sum, own, count: bytes)
        place += bytes
      }
      try writer.settle(sum, of: column, block)
    }
  }

  /// Copies a block of a shard, rows of the whole, to an offset of the file; returns its checksum and its bytes.
  private func copy(
    _ range: Range<Int>, _ column: Int, of part: Part, to writer: FeatureFileWriter, at offset: Int,
    _ readers: [StoredRowReader], _ buffers: BufferPool
  ) throws(MVError) -> (sum: UInt32, bytes: Int) {
    let (split, features) = (part.split, part.split.features[column])
    let rows = range.lowerBound - part.rows.lowerBound..<range.upperBound - part.rows.lowerBound
    var sum: UInt32 = 0
    try buffers.withBuffer { (buffer) throws(MVError) in
      try readers[part.shard].read(rows, of: features, in: split.name, through: buffer) {
        (bytes, place) throws(MVError) in
        sum = Checksum.of(bytes, after: sum)
        try writer.file.write(bytes, at: offset + place)
      }
    }
    guard sum == split.sums[split.grid.block(of: rows.lowerBound) * split.features.count + column] else {
      throw .badData(
        shards[part.shard].path,
        "does not match its checksum in rows \(rows.lowerBound)...\(rows.upperBound - 1) of "
          + "\(split.name)/\(features.plan.name)", remedy: "restore the file, or extract this shard again")
    }
    return (sum, rows.count * features.rowBytes)
  }
}
