package import MVCore
package import MVDatasets
package import MVStore
internal import Synchronization

/// Loads the images of blocks, and finds the bad ones where these are to be left out.
package final class BlockLoader: Sendable {
  /// The images of one block.
  package struct Images: Sendable {
    /// The images that could be read; nil where none could.
    package let batch: ImageBatch?
    /// The positions of these images in the block; nil where all images could be read.
    package let good: [Int]?
    /// The block.
    let block: FeatureBlock

    /// An error of an image of ``batch`` as one of the row of its split; others stay as they are.
    func placed(_ error: MVError, in plan: FeatureFilePlan) -> MVError {
      guard let row = row(of: error) else { return error }
      let split = plan.splits[block.splitIndex]
      // The row of the source, also where this is one of several shards.
      let start = (try? plan.shard?.start(of: split.name)) ?? 0
      return error.at(row: row + start, id: split.ids[row])
    }

    /// The row of the split that an error of an image of ``batch`` concerns.
    func row(of error: MVError) -> Int? {
      error.row.map { block.rows.lowerBound + (good?[$0] ?? $0) }
    }

    /// Moves computed rows of `width` values to their places in the block, and fills the other rows with NaN.
    package func spread(_ values: UnsafeMutableBufferPointer<Float>, width: Int) {
      guard let good, width > 0, let base = values.baseAddress else { return }
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

  private let source: any ImageSource
  /// The source's split of each split of the plan.
  private let splits: [SourceSplit]
  /// Where each split of the plan begins in the source's: the file of a shard counts its rows from 0.
  private let starts: [Int]
  private let skipsBadImages: Bool
  private let writer: FeatureFileWriter
  /// The threads that read the images of one block.
  private let readers: Int
  /// Of each split of the plan: why a row was left out.
  private let reasons: Mutex<[[Int: String]]>

  /// Finds the splits of the plan among `splits`, of which a shard may have fewer; throws where one is not there.
  ///
  /// A block is read on `readers` threads: on several where blocks are loaded one after the other.
  package init(
    source: any ImageSource, splits: [SourceSplit], skipsBadImages: Bool, writer: FeatureFileWriter, readers: Int = 1
  ) throws(MVError) {
    self.source = source
    self.readers = readers
    self.splits = try writer.plan.splits.map { (plan) throws(MVError) in
      guard let split = splits.first(where: { $0.name == plan.name }) else {
        throw .internalFault(source.contents.location, "has no split \(plan.name)")
      }
      return split
    }
    starts = try writer.plan.splits.map { (plan) throws(MVError) in try writer.plan.shard?.start(of: plan.name) ?? 0 }
    self.skipsBadImages = skipsBadImages
    self.writer = writer
    reasons = Mutex([[Int: String]](repeating: [:], count: writer.plan.splits.count))
  }

  /// Loads the images of a block, without those marked as skipped, now or by an earlier run; throws where that fails.
  package func load(_ block: FeatureBlock) throws(MVError) -> Images {
    let marked = writer.skippedRows(of: block.splitIndex)
    if !block.rows.contains(where: marked.contains) {
      do throws(MVError) {
        return Images(batch: try images(block.rows, of: block.splitIndex), good: nil, block: block)
      } catch {
        guard skipsBadImages, BlockLoader.isBadImage(error) else { throw BlockLoader.namingRemedy(error) }
      }
    }
    var images: [Image] = []
    var good: [Int] = []
    for row in block.rows where !marked.contains(row) {
      do throws(MVError) {
        images.append(try self.images(row..<row + 1, of: block.splitIndex)[0])
        good.append(row - block.rows.lowerBound)
      } catch {
        try skip(row, of: block, for: error)
      }
    }
    return Images(
      batch: images.isEmpty ? nil : try ImageBatch(images), good: good.count == block.rows.count ? nil : good,
      block: block)
  }

  /// Loads and computes a block; where an image makes `body` throw and bad ones are left out, again without it.
  ///
  /// `loaded` are the images of the block where they are at hand. `body` must not have written anything when it throws
  /// an error of an image, which it names by its place among those it was given. Throws what cannot be left out, and
  /// the first error with its row of the split.
  package func loading(
    _ block: FeatureBlock, first loaded: Images? = nil, _ body: (Images) throws(MVError) -> Void
  ) throws(MVError) {
    var first = loaded
    while true {
      let images: Images
      if let loaded = first.take() { images = loaded } else { images = try load(block) }
      do throws(MVError) { return try body(images) } catch {
        let placed = images.placed(error, in: writer.plan)
        guard let row = images.row(of: error) else { throw placed }
        try skip(row, of: block, for: placed)
      }
    }
  }

  /// Marks a row as left out because of `error`; throws it where bad images are not left out, or not this one.
  private func skip(_ row: Int, of block: FeatureBlock, for error: MVError) throws(MVError) {
    guard skipsBadImages, BlockLoader.isBadImage(error) else { throw BlockLoader.namingRemedy(error) }
    // An earlier run has read this image: skipping it now would leave a row that has values in one representation only.
    guard block.missing.count == writer.plan.representations.count else { throw error }
    try writer.markSkipped(row, of: block.splitIndex)
    reasons.withLock { $0[block.splitIndex][row] = error.description }
  }

  /// All images that are left out, in the order of the file.
  private func skipped() -> [SkippedImage] {
    let reasons = reasons.withLock { $0 }
    return writer.plan.splits.enumerated().flatMap { splitIndex, split in
      writer.skippedRows(of: splitIndex).sorted().map { row in
        SkippedImage(
          split: split.name, row: row, id: split.ids[row],
          reason: reasons[splitIndex][row] ?? "could not be read in an earlier run")
      }
    }
  }

  /// What was found of the work, and the images that are left out by this run or an earlier one.
  package func summary(of fill: FillSummary) -> ExtractionSummary {
    let reasons = reasons.withLock { $0 }
    let left = skipped()
    let earlier = reasons.indices.reduce(0) { $0 + writer.skippedRows(of: $1).count - reasons[$1].count }
    return ExtractionSummary(fill: fill, skipped: left, earlier: earlier)
  }

  /// Whether an error concerns the image, and not the disk, the request or this program.
  private static func isBadImage(_ error: MVError) -> Bool { error.kind == .badData || error.kind == .missingInput }

  /// An error of an image with a remedy for those who have many; others stay as they are.
  private static func namingRemedy(_ error: MVError) -> MVError {
    guard isBadImage(error) else { return error }
    let own = error.remedy.isEmpty ? "" : "\(error.remedy), or "
    return MVError(
      error.kind, error.subject, error.problem,
      remedy: "\(own)give --skip-bad-images to leave out such images and list them", cause: error.cause
    ).at(row: error.row, id: error.id)
  }

  private func images(_ rows: Range<Int>, of splitIndex: Int) throws(MVError) -> ImageBatch {
    let (split, start) = (splits[splitIndex], starts[splitIndex])
    let batch = try source.images(rows.lowerBound + start..<rows.upperBound + start, of: split, threads: readers)
    guard batch.count == rows.count, batch.shape == split.shape else {
      throw .internalFault(
        source.contents.location, "gave \(batch.count) images of \(batch.shape) for \(rows.count) of \(split.shape)")
    }
    if case .float32(let values) = batch.pixels, let place = values.firstIndex(where: { !$0.isFinite }) {
      let row = rows.lowerBound + place / batch.shape.count
      throw MVError.badData("\(split.name) row", "has a pixel that is not finite", remedy: "mend or remove the image")
        .at(row: start + row, id: split.ids[start + row])
    }
    return batch
  }
}
