internal import MVCore
internal import MVDatasets
internal import MVRepresentations
internal import MVStore
internal import Synchronization

/// One run of an extraction: the workers and what they share.
final class ExtractionRun: Sendable {
  private let extraction: Extraction
  private let splits: [String: SourceSplit]
  private let writer: FeatureFileWriter
  private let cancellation: Cancellation
  private let progress: @Sendable (RunProgress) -> Void
  private let representations: [String: any Representation]
  private let columns: [String: Int]
  private let loader: BlockLoader
  private let buffers: RowBuffers
  private let start = ContinuousClock.now
  private let doneRows: Mutex<Int>
  private let rowsBefore: Int
  private let blocks: [FeatureBlock]

  init(
    of extraction: Extraction, splits: [SourceSplit], writer: FeatureFileWriter, cancellation: Cancellation,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.extraction = extraction
    self.splits = Dictionary(uniqueKeysWithValues: splits.map { ($0.name, $0) })
    self.writer = writer
    self.cancellation = cancellation
    self.progress = progress
    representations = Dictionary(
      uniqueKeysWithValues: extraction.representations.map { ($0.name, $0.representation) })
    columns = Dictionary(uniqueKeysWithValues: writer.plan.representations.map { ($0.name, $0.columns) })
    loader = BlockLoader(source: extraction.source, skipsBadImages: extraction.skipBadImages, writer: writer)
    blocks = writer.missingBlocks
    rowsBefore = writer.rows - blocks.reduce(0) { $0 + $1.rows.count }
    doneRows = Mutex(rowsBefore)
    let widest = columns.values.max() ?? 0
    buffers = RowBuffers(capacity: widest * (blocks.map(\.rows.count).max() ?? 0))
  }

  /// Does all missing blocks.
  func run() throws(MVError) -> ExtractionSummary {
    doneRows.withLock { progress(at: $0) }
    do throws(MVError) {
      try Parallel.forEach(blocks.count, threads: extraction.jobs) { index throws(MVError) in
        guard !cancellation.isCancelled else { return }
        try finish(blocks[index])
        doneRows.withLock { done in
          done += blocks[index].rows.count
          progress(at: done)
        }
      }
    } catch {
      // What is done stays done; the first error is the one to tell.
      try? writer.finish()
      throw error
    }
    try writer.finish()
    let done = doneRows.withLock { $0 }
    guard done == writer.rows else {
      throw MVError(
        .interrupted, extraction.outputPath, "was stopped after \(done) of \(writer.rows) rows",
        remedy: "run the same command again: it goes on from there")
    }
    return ExtractionSummary(
      rows: writer.rows, rowsBefore: rowsBefore, seconds: seconds, bytes: writer.plan.featureBytes,
      skipped: loader.skipped(), notices: writer.notices)
  }

  private var seconds: Double { (ContinuousClock.now - start).seconds }

  private func progress(at done: Int) {
    progress(RunProgress(doneBefore: rowsBefore, done: done, total: writer.rows, seconds: seconds))
  }

  /// Loads the images of a block once and writes every representation that is missing.
  private func finish(_ block: FeatureBlock) throws(MVError) {
    guard let split = splits[block.split] else { return }
    let images = try loader.load(block, of: split)
    let buffer = buffers.take()
    defer { buffers.give(buffer) }
    for name in block.missing {
      guard let representation = representations[name], let width = columns[name] else { continue }
      let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(block.rows.count * width)])
      if let batch = images.batch {
        // Deterministic whatever the representation leaves untouched.
        values.update(repeating: 0)
        var rows = UnsafeMutableBufferPointer(rebasing: values[..<(batch.count * width)]).mutableSpan
        do throws(MVError) {
          try representation.compute(batch, into: &rows)
        } catch {
          throw placed(error, of: name, in: block, images)
        }
      }
      if let good = images.good { spread(values, width: width, to: good) }
      try writer.write(UnsafeBufferPointer(values), of: name, to: block)
    }
  }

  /// An error of an image of a batch as one of the row of the split.
  private func placed(
    _ error: MVError, of name: String, in block: FeatureBlock, _ images: BlockLoader.Images
  ) -> MVError {
    guard let image = error.row, let split = splits[block.split] else { return error }
    let row = block.rows.lowerBound + (images.good?[image] ?? image)
    return error.with(subject: "\(name) of \(block.split) row").at(row: row, id: split.ids[row])
  }

  /// Moves the rows that were computed to their places, and fills the others with NaN.
  private func spread(_ values: UnsafeMutableBufferPointer<Float>, width: Int, to good: [Int]) {
    guard width > 0, let base = values.baseAddress else { return }
    // From the end, as a row's place is never before where it was computed.
    for (from, place) in good.enumerated().reversed() where from != place {
      (base + place * width).update(from: base + from * width, count: width)
    }
    let isGood = Set(good)
    for place in 0..<values.count / width where !isGood.contains(place) {
      (base + place * width).update(repeating: .nan, count: width)
    }
  }
}
