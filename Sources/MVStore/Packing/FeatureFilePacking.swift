public import Foundation
public import MVCore

/// Writes a finished feature file again with its features compressed, for archives, or plain.
///
/// Compressed features are chunks of a block each, shuffled and deflated: h5py and this package read them, though not in
/// place. HDF5 writes them one after the other, so that this takes a pass of its own after the extraction.
public enum FeatureFilePacking {
  /// Writes the features of `source`, every block compared with its checksum, to a file that gets its name when it is whole.
  ///
  /// `output` may be `source` itself, which is then replaced. Throws where `source` is not finished or damaged.
  public static func write(
    _ source: URL, to output: URL, compressed: Bool, overwrite: Bool = false, software: [String: String] = [:],
    cancellation: Cancellation = Cancellation(), _ progress: (RunProgress) -> Void = { _ in }
  ) throws(MVError) {
    let stored = try StoredFile(reading: source.resolvingSymlinksInPath().path)
    guard stored.isComplete else {
      throw .badData(stored.path, "is not finished", remedy: "run mvmr extract with its arguments again")
    }
    let target = output.resolvingSymlinksInPath().path
    var plan = stored.plan
    plan.software.merge(software) { _, new in new }
    let marks = Dictionary(
      uniqueKeysWithValues: stored.splits.map {
        ($0.name, FeatureFileSkeleton.Marks(skipped: $0.skipped, done: $0.done, sums: $0.sums))
      })
    let start = ContinuousClock.now
    // In its own place the file is replaced by the one who wrote it.
    let inPlace = target == stored.path
    try FeatureFileWriter.create(target, replacing: overwrite || inPlace, holdsLock: inPlace) {
      (temporary) throws(MVError) in
      try FeatureFileSkeleton.write(
        plan, to: temporary, layout: compressed ? .packed : .plain, marks: marks, created: stored.created)
      let reader = try StoredRowReader(stored)
      let writer = try PackedWriter(temporary)
      let buffers = ReadingBuffers(size: 1 << 20)
      let total = stored.splits.reduce(0) { $0 + $1.rows * $1.features.count }
      var done = 0
      for split in stored.splits {
        for (column, features) in split.features.enumerated() {
          for block in 0..<split.blockCount {
            guard !cancellation.isCancelled else {
              throw MVError(
                .interrupted, target, "was stopped while it was rewritten",
                remedy: "run the same command again: no feature is lost")
            }
            try buffers.withBuffer { (buffer) throws(MVError) in
              try copy(block, column, of: split, features, reader, writer, stored.path, buffer)
            }
            done += split.rows(ofBlock: block).count
            progress(RunProgress(done: done, total: total, seconds: (ContinuousClock.now - start).seconds))
          }
        }
      }
      try writer.close()
    }
  }

  private static func copy(
    _ block: Int, _ column: Int, of split: StoredSplit, _ features: StoredFeatures, _ reader: StoredRowReader,
    _ writer: PackedWriter, _ path: String, _ buffer: UnsafeMutableRawBufferPointer
  ) throws(MVError) {
    let rows = split.rows(ofBlock: block)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: rows.count * features.rowBytes, alignment: 64)
    defer { memory.deallocate() }
    try reader.read(rows, of: features, in: split.name, through: buffer) { (bytes, place) in
      UnsafeMutableRawBufferPointer(rebasing: memory[place...]).copyMemory(from: bytes)
    }
    guard Checksum.of(UnsafeRawBufferPointer(memory)) == split.sums[block * split.features.count + column] else {
      throw .badData(
        path,
        "\(split.name)/\(features.plan.name) does not match its checksum in rows "
          + "\(rows.lowerBound)...\(rows.upperBound - 1)",
        remedy: "restore the file, or write it again with mvmr extract --overwrite")
    }
    try writer.write(UnsafeRawBufferPointer(memory), rows, of: features, in: split.name)
  }
}
