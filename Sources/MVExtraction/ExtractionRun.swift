internal import MVCore
internal import MVDatasets
internal import MVRepresentations
internal import MVStore

/// One run of an extraction: the workers, and what they share.
struct ExtractionRun: Sendable {
  private let jobs: Int
  private let writer: FeatureFileWriter
  /// In the order of the plan, as ``FeatureBlock/missing`` counts them.
  private let representations: [any Representation]
  private let loader: BlockLoader
  private let buffers: BufferPool

  init(of extraction: Extraction, splits: [SourceSplit], writer: FeatureFileWriter) throws(MVError) {
    self.writer = writer
    jobs = extraction.jobs
    representations = extraction.representations.map(\.representation)
    loader = try BlockLoader(
      source: extraction.source, splits: splits, skipsBadImages: extraction.skipBadImages, writer: writer)
    let widest = writer.plan.representations.reduce(0) { max($0, $1.columns) }
    let longest = min(writer.plan.blockRows, writer.plan.splits.reduce(0) { max($0, $1.count) })
    buffers = BufferPool(byteCount: MemoryLayout<Float>.size * widest * longest)
  }

  /// Computes all missing blocks; throws the first error.
  func run(
    cancellation: Cancellation, progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) -> ExtractionSummary {
    let fill = try writer.fill(threads: jobs, cancellation: cancellation, progress: progress) {
      (block) throws(MVError) in
      let images = try loader.load(block)
      try buffers.withBuffer { (buffer) throws(MVError) in
        let values = buffer.bindMemory(to: Float.self)
        for column in block.missing { try compute(column, of: images, in: block, through: values) }
      }
    }
    return ExtractionSummary(fill: fill, skipped: loader.skipped())
  }

  /// Computes the rows of one representation, and writes them.
  private func compute(
    _ column: Int, of images: BlockLoader.Images, in block: FeatureBlock,
    through buffer: UnsafeMutableBufferPointer<Float>
  ) throws(MVError) {
    let width = writer.plan.representations[column].columns
    let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(block.rows.count * width)])
    if let batch = images.batch {
      // Values that a representation leaves untouched must not depend on earlier blocks.
      values.update(repeating: 0)
      var rows = UnsafeMutableBufferPointer(rebasing: values[..<(batch.count * width)]).mutableSpan
      do throws(MVError) {
        try representations[column].compute(batch, into: &rows)
      } catch {
        throw placed(error, of: writer.plan.representations[column].name, in: block, images)
      }
    }
    if let good = images.good { spread(values, width: width, to: good) }
    try writer.write(UnsafeBufferPointer(values), of: column, to: block)
  }

  /// An error of an image of a batch as one of the row of the split.
  private func placed(
    _ error: MVError, of name: String, in block: FeatureBlock, _ images: BlockLoader.Images
  ) -> MVError {
    guard let image = error.row else { return error }
    let row = block.rows.lowerBound + (images.good?[image] ?? image)
    let split = writer.plan.splits[block.splitIndex]
    // The row of the source, also where this is one of several shards.
    let start = (try? writer.plan.shard?.start(of: split.name)) ?? 0
    return error.with(subject: "\(name) of \(split.name) row").at(row: row + start, id: split.ids[row])
  }

  /// Moves the computed rows to their places, and fills the other rows with NaN.
  private func spread(_ values: UnsafeMutableBufferPointer<Float>, width: Int, to good: [Int]) {
    guard width > 0, let base = values.baseAddress else { return }
    // Back to front: a row's final place is at or after its computed place, so nothing is overwritten.
    for (from, place) in good.enumerated().reversed() where from != place {
      (base + place * width).update(from: base + from * width, count: width)
    }
    let isGood = Set(good)
    for place in 0..<values.count / width where !isGood.contains(place) {
      (base + place * width).update(repeating: .nan, count: width)
    }
  }
}
