public import Foundation
public import MVCore
internal import MVFiles

/// Rewrites a finished feature file with its features compressed, for archives, or plain.
///
/// Compressed features are one shuffled and deflated chunk per block: h5py and this package can read them, though not
/// in place. HDF5 writes chunks one after the other, so compression is a pass of its own after the extraction.
public enum FeatureFilePacking {
  /// Writes the features of `source` to a file that gets its name when it is whole; compares the checksum of every
  /// block.
  ///
  /// With `overwrite`, `output` may be `source` itself, which is then replaced. Throws where `source` is unfinished or
  /// damaged, and where `output` cannot be written, is there, or holds what other programs have added.
  public static func write(
    _ source: URL, to output: URL, compressed: Bool, overwrite: Bool = false, software: [String: String] = [:],
    cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    try write(
      source, to: output, compressed: compressed, overwrite: overwrite, holdsLock: false, software: software,
      cancellation: cancellation, progress: progress)
  }

  /// The same; `holdsLock` says that the caller has that of the file, which is rewritten in its own place.
  static func write(
    _ source: URL, to output: URL, compressed: Bool, overwrite: Bool, holdsLock: Bool, software: [String: String],
    cancellation: Cancellation, progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) {
    let stored = try StoredFile(reading: source.resolvingSymlinksInPath().path)
    guard stored.isComplete else {
      throw .badData(stored.path, "is not finished", remedy: stored.finishing)
    }
    let target = OutputPath.resolved(output).path
    if overwrite, target == stored.path, !stored.additions.isEmpty {
      throw .usage(
        source.path,
        "also holds \(stored.additions.joined(separator: ", ")), which other programs have added and rewriting would "
          + "lose",
        remedy: "move it into a file of its own, or write a file beside this one with mvmr convert")
    }
    var plan = stored.plan
    plan.software.merge(software) { _, new in new }
    let marks = stored.splits.map { FeatureFileSkeleton.Marks(skipped: $0.skipped, done: $0.done, sums: $0.sums) }
    let start = ContinuousClock.now
    try FeatureFileWriter.create(target, replacing: overwrite, holdsLock: holdsLock) {
      (temporary) throws(MVError) in
      try FeatureFileSkeleton.write(
        plan, to: temporary, layout: compressed ? .packed : .plain, marks: marks, created: stored.created)
      let copy = try CheckedCopy(of: stored, to: temporary)
      let total = stored.splits.reduce(0) { $0 + $1.rows * $1.features.count }
      var done = 0
      for split in stored.splits {
        for column in split.features.indices {
          copy.begin()
          for block in 0..<split.blockCount {
            guard !cancellation.isCancelled else {
              throw MVError(
                .interrupted, target, "was stopped while it was rewritten",
                remedy: "run the same command again: no feature is lost")
            }
            done += try copy.write(block, of: column, of: split)
            progress(RunProgress(done: done, total: total, seconds: (ContinuousClock.now - start).seconds))
          }
        }
      }
      try copy.writer.close()
    }
  }
}

/// Copies blocks of one feature file to another, comparing each with its checksum.
///
/// Rows are handed to HDF5 by whole chunks, which it would otherwise compress anew for every part of one: in a shard,
/// blocks and chunks need not have the same borders.
private final class CheckedCopy {
  private let stored: StoredFile
  private let reader: StoredRowReader
  let writer: PackedWriter
  private let buffers = BufferPool(byteCount: 1 << 20)
  /// Rows that were read and are not written yet, and the row at which they begin.
  private var waiting: [UInt8] = []
  private var first = 0

  init(of stored: StoredFile, to path: String) throws(MVError) {
    self.stored = stored
    reader = try StoredRowReader(stored)
    writer = try PackedWriter(path)
  }

  /// Begins the rows of another representation.
  func begin() {
    first = 0
    waiting.removeAll(keepingCapacity: true)
  }

  /// Copies one block of one representation, in the order of the file; returns the number of its rows.
  func write(_ block: Int, of column: Int, of split: StoredSplit) throws(MVError) -> Int {
    let (rows, features) = (split.rows(ofBlock: block), split.features[column])
    var sum: UInt32 = 0
    try buffers.withBuffer { (buffer) throws(MVError) in
      try reader.read(rows, of: features, in: split.name, through: buffer) { (bytes, _) in
        sum = Checksum.of(bytes, after: sum)
        waiting.append(contentsOf: bytes)
      }
    }
    guard sum == split.sums[block * split.features.count + column] else {
      throw .badData(
        stored.path,
        "\(split.name)/\(features.plan.name) does not match its checksum in rows "
          + "\(rows.lowerBound)...\(rows.upperBound - 1)",
        remedy: stored.mending)
    }
    // The end of the last whole chunk, or of the rows.
    let end = rows.upperBound == split.rows ? split.rows : rows.upperBound / split.blockRows * split.blockRows
    guard end > first else { return rows.count }
    // A closure that throws our own error type, which the standard library's withUnsafeBytes cannot pass on.
    try waiting.withUnsafeBufferPointer { (buffer) throws(MVError) in
      var begin = first
      while begin < end {
        let chunk = begin..<min(end, begin + split.blockRows)
        let bytes = (chunk.lowerBound - first) * features.rowBytes..<(chunk.upperBound - first) * features.rowBytes
        try writer.write(
          UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[bytes])), chunk, of: features, in: split.name)
        begin = chunk.upperBound
      }
    }
    waiting.removeFirst((end - first) * features.rowBytes)
    first = end
    return rows.count
  }
}
