internal import MVCore
internal import MVDatasets
internal import MVRepresentations
internal import MVStore

/// One run of an extraction: the workers, and what they share.
struct ExtractionRun: Sendable {
  private let jobs: Int
  private let skipsBadImages: Bool
  private let writer: FeatureFileWriter
  /// In the order of the plan, as ``FeatureBlock/missing`` counts them.
  private let representations: [any Representation]
  private let loader: BlockLoader
  private let buffers: BufferPool

  init(of extraction: Extraction, splits: [SourceSplit], writer: FeatureFileWriter) throws(MVError) {
    self.writer = writer
    jobs = extraction.jobs
    skipsBadImages = extraction.skipBadImages
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
      try buffers.withBuffer { (buffer) throws(MVError) in
        try compute(block, through: buffer.bindMemory(to: Float.self))
      }
    }
    return loader.summary(of: fill)
  }

  /// Computes and writes what a block lacks.
  private func compute(
    _ block: FeatureBlock, through buffer: UnsafeMutableBufferPointer<Float>
  ) throws(MVError) {
    // What fails once rows are written cannot be mended by leaving an image out.
    var failure: MVError?
    try loader.loading(block) { (images) throws(MVError) in
      if let batch = images.batch, skipsBadImages, Self.mayBeRefused(batch) {
        for column in block.missing { _ = try compute(column, of: images, in: block, through: buffer) }
      }
      for (place, column) in block.missing.enumerated() {
        let rows: UnsafeMutableBufferPointer<Float>
        do throws(MVError) { rows = try compute(column, of: images, in: block, through: buffer) } catch {
          if place == 0 { throw error }
          failure = images.placed(error, in: writer.plan)
          return
        }
        do throws(MVError) { try writer.write(UnsafeBufferPointer(rows), of: column, to: block) } catch {
          failure = error
          return
        }
      }
    }
    if let failure { throw failure }
  }

  /// Whether a representation may refuse an image for its pixels: 8-bit ones are always good.
  private static func mayBeRefused(_ batch: ImageBatch) -> Bool {
    guard case .float32(let values) = batch.pixels else { return false }
    return !values.allSatisfy { $0 >= 0 && $0 <= 1 }
  }

  /// Computes the rows of one representation into the start of `buffer`; an error names an image by its place in
  /// `images`.
  private func compute(
    _ column: Int, of images: BlockLoader.Images, in block: FeatureBlock,
    through buffer: UnsafeMutableBufferPointer<Float>
  ) throws(MVError) -> UnsafeMutableBufferPointer<Float> {
    let width = writer.plan.representations[column].columns
    let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(block.rows.count * width)])
    if let batch = images.batch {
      // Values that a representation leaves untouched must not depend on earlier blocks.
      values.update(repeating: 0)
      var rows = UnsafeMutableBufferPointer(rebasing: values[..<(batch.count * width)]).mutableSpan
      do throws(MVError) {
        try representations[column].compute(batch, into: &rows)
      } catch {
        guard error.row != nil else { throw error }
        let (plan, split) = (writer.plan.representations[column], writer.plan.splits[block.splitIndex])
        throw error.with(subject: "\(plan.name) of \(split.name) row")
      }
    }
    images.spread(values, width: width)
    return values
  }
}
